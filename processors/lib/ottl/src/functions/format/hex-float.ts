const MANTISSA_BITS = 52;
const BIAS = 1023;

/** `%x` (0x1.8p+00) and `%b` (4503599627370496p-52) of a float64: its bits. */
export function hexFloat(value: number, binary: boolean): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const sign = bits >> 63n === 1n ? '-' : '';
  const fraction = bits & ((1n << BigInt(MANTISSA_BITS)) - 1n);
  const stored = Number((bits >> BigInt(MANTISSA_BITS)) & 0x7ffn);
  const mantissa = stored === 0 ? fraction : fraction | (1n << BigInt(MANTISSA_BITS));
  const exponent = Math.max(stored, 1) - BIAS;
  if (binary) return `${sign}${mantissa}p${signed(exponent - MANTISSA_BITS, 1)}`;
  if (mantissa === 0n) return `${sign}0x0p+00`;
  const shift = MANTISSA_BITS + 1 - mantissa.toString(2).length;
  const aligned = (mantissa << BigInt(shift)) - (1n << BigInt(MANTISSA_BITS));
  const digits = aligned.toString(16).padStart(13, '0').replace(/0+$/, '');
  return `${sign}0x1${digits === '' ? '' : `.${digits}`}p${signed(exponent - shift, 2)}`;
}

function signed(exponent: number, width: number): string {
  return (exponent < 0 ? '-' : '+') + String(Math.abs(exponent)).padStart(width, '0');
}
