import type { AttributeRows } from '@sonde/metric-series';
import type { AttributeValue } from '@sonde/proto';
import type { Dimension } from './dimension.ts';
import { compileGlob } from './glob.ts';

/** The values of the configured dimensions, where the rows are open. */
export type DimensionReader = (
  span: AttributeRows,
  others: readonly AttributeRows[],
  found: (key: string, value: AttributeValue) => void,
) => void;

/** Keys whose answer of the patterns is remembered. */
const KEYS_MAX = 4096;

/**
 * Reads named dimensions first, then keys that match a pattern in the order of their text. The
 * span's own attributes win; of `others` the first that has the key.
 */
export function dimensionReader(dimensions: readonly Dimension[]): DimensionReader {
  const named = dimensions.filter(({ name }) => name !== '');
  const globs = dimensions.filter(({ name }) => name === '').map(({ glob }) => compileGlob(glob));
  const matches = remembered((key) => globs.some((glob) => glob(key)));
  return (span, others, found) => {
    for (const { name, default: fallback } of named) {
      const value = valueIn(name, [span, ...others]) ?? fallback;
      if (value !== undefined) found(name, value);
    }
    if (globs.length === 0) return;
    const own = span.keys();
    for (const key of own.filter(matches).sort()) found(key, span.get(key) ?? null);
    const rest = new Set(others.flatMap((rows) => rows.keys()));
    for (const key of own) rest.delete(key);
    for (const key of [...rest].filter(matches).sort()) found(key, valueIn(key, others) ?? null);
  };
}

function valueIn(key: string, rows: readonly AttributeRows[]): AttributeValue | undefined {
  for (const each of rows) {
    const value = each.get(key);
    if (value !== undefined) return value;
  }
  return undefined;
}

function remembered(test: (key: string) => boolean): (key: string) => boolean {
  const known = new Map<string, boolean>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = test(key);
    if (known.size < KEYS_MAX) known.set(key, answer);
    return answer;
  };
}
