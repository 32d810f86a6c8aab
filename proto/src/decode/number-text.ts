import type { ByteRun } from '../columns/byte-run.ts';

/** Longest text of a number with its length prefix; the room the writers below need. */
export const NUMBER_TEXT_BYTES_MAX = 26;

const MINUS = 45;
const ZERO = 48;
const BILLION = 1e9;

/** Appends a signed 64-bit integer, as two words, in decimal with its length before it. */
export function appendInt64Text(run: ByteRun, low: number, high: number): void {
  if (high === 0 && low >= 0 && low < 10) {
    const at = run.length;
    run.bytes[at] = 1;
    run.bytes[at + 1] = ZERO + low;
    run.length = at + 2;
    return;
  }
  if (high >= 0) {
    appendMagnitude(run, low, high, 0);
    return;
  }
  const negatedLow = -low | 0;
  appendMagnitude(run, negatedLow, (~high + (negatedLow === 0 ? 1 : 0)) | 0, 1);
}

/** `high` is unsigned here: the magnitude of the smallest integer is 2^63. */
function appendMagnitude(run: ByteRun, low: number, high: number, sign: number): void {
  const high32 = high >>> 0;
  if (high32 < 0x200000) {
    appendDigits(run, high32 * 4294967296 + (low >>> 0), 0, sign);
    return;
  }
  // Over 2^53: divide the two words by 10^9 in steps that stay exact.
  const highQuotient = Math.floor(high32 / BILLION);
  const middle = (high32 % BILLION) * 65536 + (low >>> 16);
  const bottom = (middle % BILLION) * 65536 + (low & 0xffff);
  const quotient =
    highQuotient * 4294967296 + Math.floor(middle / BILLION) * 65536 + Math.floor(bottom / BILLION);
  appendDigits(run, quotient, bottom % BILLION, sign, true);
}

/** `value` (a safe integer) and, when `hasTail`, nine more digits. */
function appendDigits(
  run: ByteRun,
  value: number,
  tail: number,
  sign: number,
  hasTail = false,
): void {
  const bytes = run.bytes;
  const at = run.length;
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits++;
  const length = sign + digits + (hasTail ? 9 : 0);
  bytes[at] = length;
  if (sign === 1) bytes[at + 1] = MINUS;
  let end = at + 1 + length;
  run.length = end;
  if (hasTail) {
    putDigits(bytes, end, tail, 9);
    end -= 9;
  }
  let rest = value;
  while (rest >= BILLION) {
    const quotient = Math.floor(rest / BILLION);
    putDigits(bytes, end, rest - quotient * BILLION, 9);
    end -= 9;
    digits -= 9;
    rest = quotient;
  }
  putDigits(bytes, end, rest, digits);
}

/** The `count` lowest digits of `value` (below 2^31), ending before `end`. */
function putDigits(bytes: Uint8Array, end: number, value: number, count: number): void {
  let rest = value | 0;
  for (let p = end - 1; p >= end - count; p--) {
    const quotient = (rest / 10) | 0;
    bytes[p] = ZERO + rest - quotient * 10;
    rest = quotient;
  }
}

/** The shortest text that reads back as the same double: `1`, `-0`, `1e+21`, `NaN`, `-Infinity`. */
export function doubleText(value: number): string {
  return value === 0 && 1 / value < 0 ? '-0' : String(value);
}

/** Appends `doubleText` with its length before it. */
export function appendDoubleText(run: ByteRun, value: number): void {
  const text = doubleText(value);
  const bytes = run.bytes;
  const at = run.length;
  bytes[at] = text.length;
  for (let i = 0; i < text.length; i++) bytes[at + 1 + i] = text.charCodeAt(i);
  run.length = at + 1 + text.length;
}

/** Appends `true` or `false` with its length before it. */
export function appendBoolText(run: ByteRun, value: boolean): void {
  const at = run.length;
  if (value) {
    run.view.setInt32(at, 0x75727404, true);
    run.bytes[at + 4] = 0x65;
    run.length = at + 5;
  } else {
    run.view.setInt32(at, 0x6c616605, true);
    run.bytes[at + 4] = 0x73;
    run.bytes[at + 5] = 0x65;
    run.length = at + 6;
  }
}
