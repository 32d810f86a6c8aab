/**
 * `Retry-After` in milliseconds from now: whole seconds or an HTTP date (RFC 9110, 10.2.3). A date
 * that has passed is 0; undefined where it is absent or neither.
 */
export function parseRetryAfter(text: string | undefined, nowUnixMs: number): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (/^[0-9]{1,10}$/.test(trimmed)) return Number(trimmed) * 1000;
  // Dates begin with the name of a day; `Date.parse` takes much else.
  if (!/^[A-Z][a-z]{2}/.test(trimmed)) return undefined;
  const unixMs = Date.parse(trimmed);
  return Number.isNaN(unixMs) ? undefined : Math.max(0, unixMs - nowUnixMs);
}
