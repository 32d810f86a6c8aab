export const SCALE_MAX = 20;

const MANTISSA_HIGH = 0xfffff;
const EXPONENT_BIAS = 1023;
/** The smallest normal number; what is below is in its bucket. */
const NORMAL_MIN = 2 ** -1022;
const NORMAL_EXPONENT_MIN = -1022;

const view = new DataView(new ArrayBuffer(8));

/**
 * The bucket of a positive value at a scale: `(base^index, base^(index + 1)]` with `base` being
 * `2^(2^-scale)` (OpenTelemetry metrics data model, "All Scales: Use the Logarithm Function").
 */
export function exponentialIndex(value: number, scale: number): number {
  if (value <= NORMAL_MIN) return lowestIndex(scale);
  view.setFloat64(0, value);
  const high = view.getUint32(0);
  const exponent = ((high >>> 20) & 0x7ff) - EXPONENT_BIAS;
  const isPower = (high & MANTISSA_HIGH) === 0 && view.getUint32(4) === 0;
  if (scale <= 0) return (isPower ? exponent - 1 : exponent) >> -scale;
  if (isPower) return (exponent << scale) - 1;
  const index = Math.floor(Math.log(value) * (Math.LOG2E * 2 ** scale));
  return Math.min(index, ((EXPONENT_BIAS + 1) << scale) - 1);
}

function lowestIndex(scale: number): number {
  return scale > 0 ? (NORMAL_EXPONENT_MIN << scale) - 1 : (NORMAL_EXPONENT_MIN - 1) >> -scale;
}
