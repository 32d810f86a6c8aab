/** Floating-point numbers as Go's `strconv` and `fmt` write them. */

const MANTISSA_BITS = 52n;
const BIAS = 1075n;
/** Above the precision that anybody writes; more digits than that are zeros of no number. */
const PRECISION_MAX = 1100;

/** Digits of a number: 0.`digits` times ten to the `point`. */
interface Decimal {
  digits: string;
  point: number;
}

/** Every digit of a finite number that is not negative. */
function exactDecimal(value: number): Decimal {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const fraction = bits & ((1n << MANTISSA_BITS) - 1n);
  const exponent = bits >> MANTISSA_BITS;
  const mantissa = exponent === 0n ? fraction : fraction | (1n << MANTISSA_BITS);
  const power = (exponent === 0n ? 1n : exponent) - BIAS;
  if (power >= 0n) return trimmed(String(mantissa << power), 0);
  return trimmed(String(mantissa * 5n ** -power), Number(power));
}

/** The shortest digits that read back as the same number. */
function shortestDecimal(value: number): Decimal {
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  const digits = mantissa.replace('.', '');
  return trimmed(digits, Number(exponent) + 1 - digits.length);
}

function trimmed(integer: string, power: number): Decimal {
  const digits = integer.replace(/^0+/, '');
  const point = digits === '' ? 0 : digits.length + power;
  return { digits: digits.replace(/0+$/, ''), point };
}

/** Rounds to `count` digits, halves to even. */
function rounded({ digits, point }: Decimal, count: number): Decimal {
  if (count < 0) return { digits: '', point: 0 };
  if (digits.length <= count) return { digits, point };
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const isOdd = Number(kept.at(-1) ?? 0) % 2 === 1;
  const isUp = rest[0] !== undefined && (rest > '5' || (rest === '5' && isOdd));
  if (!isUp) return { digits: kept.replace(/0+$/, ''), point: /[1-9]/.test(kept) ? point : 0 };
  const next = String(BigInt(`0${kept}`) + 1n).padStart(count, '0');
  return { digits: next.replace(/0+$/, ''), point: point + (next.length - count) };
}

export type FloatForm = 'e' | 'f' | 'g';

/** Go's `strconv.FormatFloat`; precision -1 is the shortest. Sign of negative numbers included. */
export function formatFloat(value: number, form: FloatForm, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const absolute = Math.abs(value);
  const wanted = Math.min(precision, PRECISION_MAX);
  if (wanted < 0) return sign + shortest(shortestDecimal(absolute), form);
  const exact = exactDecimal(absolute);
  if (form === 'f') {
    return sign + plain(rounded(exact, exact.point + wanted), wanted);
  }
  if (form === 'e') return sign + scientific(rounded(exact, wanted + 1), wanted);
  return sign + general(rounded(exact, Math.max(wanted, 1)), Math.max(wanted, 1));
}

/** From 1e+06 on the shortest `%g` writes an exponent. */
const SHORTEST_EXPONENT_FROM = 6;

function shortest(decimal: Decimal, form: FloatForm): string {
  const { digits, point } = decimal;
  const exponent = digits === '' ? 0 : point - 1;
  const isPlain = exponent >= -4 && exponent < SHORTEST_EXPONENT_FROM;
  if (form === 'f' || (form === 'g' && isPlain)) {
    return plain(decimal, Math.max(digits.length - point, 0));
  }
  return scientific(decimal, Math.max(digits.length - 1, 0));
}

function general(decimal: Decimal, precision: number): string {
  const { digits, point } = decimal;
  const exponent = digits === '' ? 0 : point - 1;
  const isWhole = digits.length >= point;
  const threshold = precision > digits.length && isWhole ? digits.length : precision;
  if (exponent < -4 || exponent >= threshold) {
    return scientific(decimal, Math.min(precision, Math.max(digits.length, 1)) - 1);
  }
  return plain(decimal, Math.max(digits.length - point, 0));
}

function plain({ digits, point }: Decimal, places: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (places === 0) return whole;
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  return `${whole}.${(digits === '' ? '' : fraction).padEnd(places, '0').slice(0, places)}`;
}

function scientific({ digits, point }: Decimal, places: number): string {
  const exponent = digits === '' ? 0 : point - 1;
  const fraction = digits.slice(1).padEnd(places, '0');
  const size = String(Math.abs(exponent)).padStart(2, '0');
  const mantissa = (digits[0] ?? '0') + (places === 0 ? '' : `.${fraction}`);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
}

/** `%v` of a number. */
export function goFloatText(value: number): string {
  return formatFloat(value, 'g', -1);
}
