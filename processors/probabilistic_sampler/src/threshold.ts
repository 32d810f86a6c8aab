/**
 * Rejection thresholds of OpenTelemetry ("TraceState: probability sampling"): 56 bits; an item passes
 * when its randomness is at least the threshold.
 */
export const DIGITS_MAX = 14;
const BITS = 56n;
const RANGE: bigint = 1n << BITS;
const RANGE_DOUBLE: number = 2 ** 56;
const BITS_PER_DIGIT = 4;

export const ALWAYS = 0n;
/** Nothing is as random. */
export const NEVER: bigint = RANGE;

/** The threshold of a probability, rounded to so many digits (more near 0 and 1). */
export function thresholdOf(probability: number, precision: number): bigint {
  if (probability >= 1) return ALWAYS;
  if (probability < 1 / RANGE_DOUBLE) return NEVER;
  const digits = Math.min(
    DIGITS_MAX,
    Math.max(precision + leading(probability), precision + leading(1 - probability)),
  );
  const threshold = RANGE - BigInt(Math.round(probability * RANGE_DOUBLE));
  const shift = BigInt(BITS_PER_DIGIT * (DIGITS_MAX - digits));
  if (shift === 0n) return threshold;
  return ((threshold + (1n << (shift - 1n))) >> shift) << shift;
}

/** Hexadecimal digits that say no more than that the number is small. */
function leading(fraction: number): number {
  const exponent = Math.floor(Math.log2(fraction)) + 1;
  return Math.max(0, Math.trunc(exponent / -BITS_PER_DIGIT));
}

/** The share of items that pass. */
export function probabilityOf(threshold: bigint): number {
  return Number(RANGE - threshold) / RANGE_DOUBLE;
}

/** `c` for a quarter, `0` for all; empty for none. */
export function thresholdText(threshold: bigint): string {
  if (threshold >= RANGE) return '';
  return threshold.toString(16).padStart(DIGITS_MAX, '0').replace(/0+$/, '') || '0';
}

/** Undefined for what is no threshold. */
export function parseThreshold(text: string): bigint | undefined {
  return /^[0-9a-f]{1,14}$/i.test(text) ? BigInt(`0x${text.padEnd(DIGITS_MAX, '0')}`) : undefined;
}

export function randomnessText(randomness: bigint): string {
  return randomness.toString(16).padStart(DIGITS_MAX, '0');
}

export function parseRandomness(text: string): bigint | undefined {
  return /^[0-9a-f]{14}$/i.test(text) ? BigInt(`0x${text}`) : undefined;
}
