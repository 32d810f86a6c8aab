const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['EADDRINUSE', 'bind: address already in use'],
  ['EACCES', 'bind: permission denied'],
  ['EADDRNOTAVAIL', 'bind: cannot assign requested address'],
]);

/**
 * Why a port cannot be opened, in the words of Go that people search for:
 * `listen tcp 127.0.0.1:4317: bind: address already in use`. Other errors keep their message.
 */
export function listenProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address, port }: Record<string, unknown> = { ...error };
  const reason = REASONS.get(code);
  if (reason === undefined || typeof port !== 'number') return error.message;
  const host = typeof address === 'string' ? address : '';
  return `listen tcp ${host.includes(':') ? `[${host}]` : host}:${port}: ${reason}`;
}
