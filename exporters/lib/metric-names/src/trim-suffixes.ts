/**
 * A Prometheus name without the suffixes of its type (`_total` of a counter) and of its unit, which is
 * in Prometheus' words (`seconds`, `bytes_per_second`).
 */
export function trimSuffixes(
  name: string,
  { unit, isCounter }: { readonly unit: string; readonly isCounter: boolean },
): string {
  if (!name.includes('_')) return name;
  const untyped = isCounter ? cut(name, '_total') : name;
  return unit === '' ? untyped : cut(untyped, `_${unit}`);
}

function cut(name: string, suffix: string): string {
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}
