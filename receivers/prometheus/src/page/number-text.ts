/** Digits that a double holds exactly, and powers of ten that it does. */
const DIGITS_MAX = 15;
const POWER_MAX = 22;
const POWERS: readonly number[] = Array.from({ length: POWER_MAX + 1 }, (_, power) => 10 ** power);

const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;

const INFINITY = /^([+-]?)inf(?:inity)?$/i;
const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const HEXADECIMAL = /^([+-]?)(0[xX][0-9a-fA-F]+)$/;

/**
 * The number in `[start, end)` as Go's `ParseFloat` reads it; undefined where it is none. Short
 * decimals are read from the bytes: digits and a power of ten that are exact make one rounding.
 */
export function parseNumber(page: Buffer, start: number, end: number): number | undefined {
  let p = start;
  const sign = page[p];
  if (sign === MINUS || sign === PLUS) p++;
  let mantissa = 0;
  let digits = 0;
  let decimals = -1;
  for (; p < end; p++) {
    const byte = page[p];
    if (byte >= DIGIT_ZERO && byte <= DIGIT_NINE) {
      mantissa = mantissa * 10 + (byte - DIGIT_ZERO);
      digits++;
      if (decimals >= 0) decimals++;
    } else if (byte === POINT && decimals < 0) {
      decimals = 0;
    } else {
      break;
    }
  }
  if (p < end || digits === 0 || digits > DIGITS_MAX)
    return parseText(page.toString('latin1', start, end));
  const value = decimals > 0 ? mantissa / POWERS[decimals] : mantissa;
  return sign === MINUS ? -value : value;
}

function parseText(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  if (/^nan$/i.test(text)) return Number.NaN;
  const infinity = INFINITY.exec(text);
  if (infinity !== null) {
    return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal === null) return undefined;
  return hexadecimal[1] === '-' ? -Number(hexadecimal[2]) : Number(hexadecimal[2]);
}
