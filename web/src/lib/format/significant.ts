/** A number with three significant digits, without an exponent and without trailing zeros lost. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}

/** `1.50 s` to `1.5 s`, `20.0 %` to `20 %`: for axes, where all digits are known to be round. */
export function trimZeros(text: string): string {
  return text.replace(/\.(\d*?)0+(?=\D|$)/, (_match, kept: string) =>
    kept === '' ? '' : `.${kept}`,
  );
}

/** Between a number and its unit: never broken over two lines. */
export const UNIT_GAP = '\u00a0';
