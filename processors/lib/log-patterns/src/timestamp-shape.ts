import { isDigit } from './byte-class.ts';
import { foldedHash } from './word-hash.ts';
import { MONTHS, WEEKDAYS } from './word-sets.ts';

const COLON = 58;
const EPOCH_DIGITS: ReadonlySet<number> = new Set([10, 13, 16, 19]);
/** Marks inside a date with its clock, beside colons, `-`, `/` and `.`. */
const LOOSE_MARKS: ReadonlySet<number> = new Set([...' ,TZ+_[]'].map((mark) => mark.charCodeAt(0)));

/** Whether [from, to) looks like a date, a clock, both, or seconds to nanoseconds since 1970. */
export function isTimestamp(bytes: Uint8Array, from: number, to: number): boolean {
  let digits = 0;
  let colons = 0;
  let marks = 0;
  let runs = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (isDigit(byte)) {
      if (i === from || !isDigit(bytes[i - 1])) runs++;
      digits++;
    } else if (byte === COLON) colons++;
    else if (byte === 45 || byte === 46 || byte === 47) marks++;
    else if (!LOOSE_MARKS.has(byte)) return isMonthDate(bytes, from, to);
  }
  const length = to - from;
  if (runs === 1) return digits === length && EPOCH_DIGITS.has(length) && bytes[from] === 49;
  if (digits < 4) return false;
  if (colons >= 2 || (marks === 2 && runs === 3 && digits >= 6)) return true;
  return (marks >= 4 && digits >= 12) || (colons === 1 && runs >= 2 && marks === 0);
}

/** `12/Mar/2024:10:00:00`, `12-Mar-2024`: a date with the month's name inside. */
function isMonthDate(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < 9 || !isDigit(bytes[from])) return false;
  const mark = isDigit(bytes[from + 1]) ? from + 2 : from + 1;
  if (bytes[mark] !== 47 && bytes[mark] !== 45) return false;
  if (mark + 5 > to || bytes[mark + 4] !== bytes[mark]) return false;
  return MONTHS.has(foldedHash(bytes, mark + 1, mark + 4));
}

/** `Sun Dec 04 04:47:44 2005`, `12/Mar/2024:10:00:00 +0000`: a name or date, and a clock. */
export function isDayClock(bytes: Uint8Array, from: number, to: number): boolean {
  if (isMonthDate(bytes, from, to)) return true;
  let colons = 0;
  let hasName = false;
  for (let i = from; i < to; i++) {
    if (bytes[i] === COLON) colons++;
    if (hasName || i + 3 >= to || bytes[i + 3] !== 32) continue;
    if (i > from && bytes[i - 1] !== 32) continue;
    const hash = foldedHash(bytes, i, i + 3);
    hasName = MONTHS.has(hash) || WEEKDAYS.has(hash);
  }
  return hasName && colons >= 2;
}
