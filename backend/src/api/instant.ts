const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds that a `Date` can hold (ECMA-262, 21.4.1.1). */
const UNIX_MS_MAX = 8_640_000_000_000_000;

const RELATIVE = /^now(?:([+-])(\d{1,6})([smhdw]))?$/;
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T[\d:.]{5,18}(?:Z|[+-]\d{2}:\d{2})$/;

/** For error messages: the forms `parseInstant` reads. */
export const INSTANT_FORMS =
  '`now`, `now-1h` (s, m, h, d or w), milliseconds since the epoch, or ISO 8601 with a zone';

/**
 * The point in time a parameter names, in milliseconds since the epoch; undefined when `text` is
 * none of `INSTANT_FORMS`.
 */
export function parseInstant(text: string, nowMs: number): number | undefined {
  if (/^\d{1,16}$/.test(text)) return inRange(Number(text));
  const relative = RELATIVE.exec(text);
  if (relative) {
    const [, sign, count, unit] = relative;
    const offset = Number(count ?? 0) * (UNIT_MS[unit ?? 's'] ?? 0);
    return inRange(sign === '-' ? nowMs - offset : nowMs + offset);
  }
  return ISO_8601.test(text) ? inRange(Date.parse(text)) : undefined;
}

function inRange(ms: number): number | undefined {
  return ms >= 0 && ms <= UNIX_MS_MAX ? ms : undefined;
}
