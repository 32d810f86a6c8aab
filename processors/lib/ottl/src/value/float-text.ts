/** Go's `FormatFloat(value, 'f', -1, 64)`: the shortest digits that read back the same, no exponent. */
export function plainFloatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  const exponentAt = text.indexOf('e');
  if (exponentAt === -1) return text;
  const sign = text.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = text.slice(sign.length, exponentAt).split('.');
  const exponent = Number(text.slice(exponentAt + 1));
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}

/** As Go writes numbers in JSON, which is how JavaScript does: an exponent below 1e-6 and from 1e21. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return plainFloatText(value);
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text;
}
