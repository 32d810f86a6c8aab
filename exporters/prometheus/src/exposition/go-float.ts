/** A number as Go's `strconv.FormatFloat(value, 'g', -1, 64)` writes it. */
export function goFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e6) return String(value);
  // Exponents have at least two digits.
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** As `goFloat`, with a point or an exponent in every finite number, as OpenMetrics wants it. */
export function openMetricsFloat(value: number): string {
  const text = goFloat(value);
  return Number.isFinite(value) && !/[.e]/.test(text) ? `${text}.0` : text;
}
