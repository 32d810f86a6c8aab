const UNIT_NS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);

/** `250ms`, `1.5s`, `2m` in nanoseconds; undefined for other text. */
export function parseDurationNs(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,9})?)(ns|us|µs|ms|s|m|h)$/.exec(text);
  const unit = UNIT_NS.get(match?.[2] ?? '');
  if (match === null || unit === undefined) return undefined;
  const ns = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(ns) ? ns : undefined;
}
