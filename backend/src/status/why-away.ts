/** For one source; a part that does not answer in that time is down. */
export const SOURCE_MS_MAX = 1500;

/** Why a source that was asked gave nothing, in words. */
export function whyAway(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${SOURCE_MS_MAX} ms`;
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
