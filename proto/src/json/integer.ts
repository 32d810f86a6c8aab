const SHORT_DECIMAL = /^[0-9]{1,19}$/;
const INTEGER = /^-?[0-9]{1,40}$/;
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

  /** Exact, or undefined for what is no integer of that range: `12`, `"12"`, `1.2e1`, `12n`. */
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
    const number = value.trim() === value && value !== '' ? Number(value) : Number.NaN;
    return Number.isSafeInteger(number) ? Integer.of(BigInt(number), min, max) : undefined;
  }
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
