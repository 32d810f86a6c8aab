const ZERO = 48;
const MINUS = 45;
const TWO_32 = 4294967296;
/** Up to here arithmetic on doubles is exact. */
const EXACT_DIGITS_MAX = 15;

/** Two signed words. */
export interface Words {
  low: number;
  high: number;
}

/** A decimal signed 64-bit integer in ASCII, as columns hold it, into two words. */
export function readIntegerText(
  bytes: Uint8Array,
  start: number,
  length: number,
  out: Words,
): void {
  const negative = bytes[start] === MINUS;
  const end = start + length;
  let p = negative ? start + 1 : start;
  if (end - p > EXACT_DIGITS_MAX) {
    readLongText(bytes, start, end, out);
    return;
  }
  let value = 0;
  for (; p < end; p++) value = value * 10 + bytes[p] - ZERO;
  const low = (value % TWO_32) | 0;
  const high = (value / TWO_32) | 0;
  out.low = negative ? -low | 0 : low;
  out.high = negative ? (low === 0 ? -high | 0 : ~high) : high;
}

function readLongText(bytes: Uint8Array, start: number, end: number, out: Words): void {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  const value = BigInt(text);
  out.low = Number(BigInt.asIntN(32, value));
  out.high = Number(BigInt.asIntN(32, value >> 32n));
}
