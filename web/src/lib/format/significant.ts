/** A number with three significant digits, without an exponent and without trailing zeros lost. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}

/** Between a number and its unit: never broken over two lines. */
export const UNIT_GAP = '\u00a0';
