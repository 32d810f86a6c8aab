import {
  AT,
  BACKSLASH,
  BYTE_CLASS,
  COLON,
  DOT,
  isDigit,
  LETTER,
  NOT_HEX,
  OTHER,
  SLASH,
} from './byte-class.ts';
import { foldedHash } from './word-hash.ts';
import { MONTHS, WEEKDAYS } from './word-sets.ts';

export function countOf(bytes: Uint8Array, kind: number, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if ((BYTE_CLASS[bytes[i]] & kind) !== 0) count++;
  return count;
}

interface WordRange {
  readonly from: number;
  readonly end: number;
  /** Where the line ends. */
  readonly to: number;
}

/** `Jan 12`, `Sun Dec`: a name of a month or day with what makes it a date behind it. */
export function beginsDate(bytes: Uint8Array, { from, end, to }: WordRange): boolean {
  if (end - from !== 3 || end >= to || bytes[end] !== 32) return false;
  const name = foldedHash(bytes, from, end);
  const isMonth = MONTHS.has(name);
  if (!isMonth && !WEEKDAYS.has(name)) return false;
  let next = end;
  while (next < to && bytes[next] === 32) next++;
  if (next >= to) return false;
  if (isMonth) return isDigit(bytes[next]);
  return next + 3 < to && bytes[next + 3] === 32 && MONTHS.has(foldedHash(bytes, next, next + 3));
}

const HARDWARE_ADDRESS_BYTES = 17;

/** `aa:bb:cc:dd:ee:ff`, of letters too. */
export function isHardwareAddress(bytes: Uint8Array, from: number, to: number): boolean {
  if (from + HARDWARE_ADDRESS_BYTES > to) return false;
  for (let i = 0; i < HARDWARE_ADDRESS_BYTES; i++) {
    const byte = bytes[from + i];
    const folded = byte | 32;
    const isHex = isDigit(byte) || (folded >= 97 && folded < 103);
    if (i % 3 === 2 ? byte !== 58 : !isHex) return false;
  }
  return true;
}

const SLASH_BYTE = 47;
const COLON_BYTE = 58;
const AT_BYTE = 64;
const DOT_BYTE = 46;
const TILDE = 126;
/** So many letters of hexadecimal digits alone are a number. */
const HEX_LETTERS_MIN = 8;

/** Letters that are hexadecimal digits alone, of a word of plain bytes. */
export function isHexWord(seen: number, length: number): boolean {
  return length >= HEX_LETTERS_MIN && (seen & (NOT_HEX | OTHER)) === 0;
}

/** A segment without digits that is a value all the same: hexadecimal, an address, a path. */
export function looksLikeValue(
  bytes: Uint8Array,
  seen: number,
  from: number,
  end: number,
): boolean {
  const length = end - from;
  const isHex = (seen & (NOT_HEX | OTHER | COLON | DOT | SLASH)) === 0;
  if (isHex && length >= HEX_LETTERS_MIN && countOf(bytes, LETTER, from, end) >= HEX_LETTERS_MIN) {
    return true;
  }
  if ((seen & (AT | SLASH | BACKSLASH)) === 0) return false;
  const first = bytes[from];
  if ((seen & AT) !== 0 && first !== AT_BYTE && (seen & LETTER) !== 0 && length > 2) return true;
  const slashes = (seen & SLASH) === 0 ? 0 : countOf(bytes, SLASH, from, end);
  const isRooted = first === SLASH_BYTE || first === TILDE || first === DOT_BYTE;
  if (slashes >= 2 && isRooted) return true;
  if (slashes === 1 && first === SLASH_BYTE && length > 3) return true;
  if ((seen & BACKSLASH) === 0) return false;
  if (countOf(bytes, BACKSLASH, from, end) >= 2) return true;
  return length > 3 && bytes[from + 1] === COLON_BYTE;
}
