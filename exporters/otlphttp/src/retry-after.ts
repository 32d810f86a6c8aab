const MS_PER_SECOND = 1000;
/** The longest delay that `RetryInfo` can pass on (google.protobuf.Duration): 10,000 years. */
const SECONDS_MAX = 315_576_000_000;

/**
 * `Retry-After` in milliseconds from now: whole seconds or an HTTP date (RFC 9110, 10.2.3). A date
 * that has passed is 0; undefined where it is absent or neither. However long it is, it counts: a
 * delay over what `max_elapsed_time` leaves ends the attempts, as upstream's `retrySender` does.
 */
export function parseRetryAfter(text: string | undefined, nowUnixMs: number): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (/^[0-9]+$/.test(trimmed)) return Math.min(Number(trimmed), SECONDS_MAX) * MS_PER_SECOND;
  // Dates begin with the name of a day; `Date.parse` takes much else.
  if (!/^[A-Z][a-z]{2}/.test(trimmed)) return undefined;
  const unixMs = Date.parse(trimmed);
  return Number.isNaN(unixMs) ? undefined : Math.max(0, unixMs - nowUnixMs);
}
