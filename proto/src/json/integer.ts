const SHORT_DECIMAL = /^[0-9]{1,19}$/;
const INTEGER = /^-?[0-9]{1,40}$/;
/** A sign, whole digits, digits of a fraction, an exponent. */
const DECIMAL = /^(-?)([0-9]{1,40})(?:\.([0-9]{1,40}))?(?:[eE]([+-]?[0-9]{1,3}))?$/;
/** More than 64 bits have. */
const DIGITS_MAX = 40;
const TWO_32 = 4294967296;

/** A 64-bit integer as two signed words. */
export class Integer {
  readonly low: number;
  readonly high: number;

  constructor(low: number, high: number) {
    this.low = low;
    this.high = high;
  }

  static of(value: bigint, min: bigint, max: bigint): Integer | undefined {
    if (value < min || value > max) return undefined;
    return new Integer(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }

  /**
   * Exact, or undefined for what is no integer of that range: `12`, `"12"`, `1.2e1`, `12n`. Text is
   * decimal: what JavaScript reads as a number beside that (`0x10`, `+5`, ` 5`) is none.
   */
  static from(value: unknown, min: bigint, max: bigint): Integer | undefined {
    if (typeof value === 'bigint') return Integer.of(value, min, max);
    if (typeof value === 'number') {
      return Number.isSafeInteger(value) ? Integer.of(BigInt(value), min, max) : undefined;
    }
    if (typeof value !== 'string') return undefined;
    // Times: up to 19 digits. Below 2^63 in any case but the last few.
    if (SHORT_DECIMAL.test(value) && value < '9' && max > 9_223_372_036_854_775_806n) {
      return fromDigits(value);
    }
    if (INTEGER.test(value)) return Integer.of(BigInt(value), min, max);
    const exact = wholeOf(value);
    return exact === undefined ? undefined : Integer.of(exact, min, max);
  }
}

/** Of a number with a fraction or an exponent that is whole all the same. */
function wholeOf(text: string): bigint | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  const shift = Number(exponent) - fraction.length;
  const digits = `${whole}${fraction}`.replace(/^0+(?=[0-9])/, '');
  if (digits === '') return undefined;
  if (digits === '0') return 0n;
  if (digits.length + shift > DIGITS_MAX) return undefined;
  const end = digits.length + Math.min(shift, 0);
  if (end < 0 || /[1-9]/.test(digits.slice(end))) return undefined;
  return BigInt(`${sign}${digits.slice(0, end)}${'0'.repeat(Math.max(shift, 0))}`);
}

/** Up to 19 digits that start below 9, with arithmetic on doubles that stays exact. */
function fromDigits(digits: string): Integer {
  const lower = Number(digits.slice(-9));
  const upper = Number(digits.slice(0, -9));
  const a = Math.floor(upper / 65536) * 1e9;
  const b = (upper % 65536) * 1e9 + lower;
  const c = (a % 65536) * 65536 + b;
  return new Integer((c % TWO_32) | 0, (Math.floor(a / 65536) + Math.floor(c / TWO_32)) | 0);
}
