import type { Point } from './metric-json.ts';

/** As error texts list them. */
export const NUMBER_AGGREGATIONS: readonly string[] = [
  'count',
  'max',
  'mean',
  'median',
  'min',
  'sum',
];

/** The earliest start of all. */
export function earliestStart(points: readonly Point[]): Pick<Point, 'startTimeUnixNano'> {
  const starts = points.map(({ startTimeUnixNano = 0 }) => BigInt(startTimeUnixNano));
  const [first = 0n] = starts.sort((a, b) => (a < b ? -1 : 1));
  return first === 0n ? {} : { startTimeUnixNano: String(first) };
}

/** One point of several: an int where all are ints. */
export function mergeNumbers(points: readonly [Point, ...Point[]], aggregation: string): Point {
  const [first, ...others] = points;
  if (others.length === 0 && aggregation !== 'count') return first;
  const merged = { ...first, ...earliestStart(points) };
  if (aggregation === 'count' || points.every(({ asInt }) => asInt !== undefined)) {
    const ints = points.map(({ asInt = 0 }) => BigInt(asInt));
    const { asDouble: _, ...rest } = merged;
    return { ...rest, asInt: String(BigInt.asIntN(64, ofInts(ints, aggregation))) };
  }
  const doubles = points.map(({ asInt, asDouble }) => Number(asDouble ?? asInt ?? 0));
  const { asInt: _, ...rest } = merged;
  return { ...rest, asDouble: ofDoubles(doubles, aggregation) };
}

function ofInts(values: readonly bigint[], aggregation: string): bigint {
  const sum = (): bigint => values.reduce((total, value) => total + value, 0n);
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const middle = sorted.length >>> 1;
  switch (aggregation) {
    case 'count':
      return BigInt(values.length);
    case 'max':
      return sorted.at(-1) ?? 0n;
    case 'min':
      return sorted[0] ?? 0n;
    case 'mean':
      return sum() / BigInt(values.length);
    case 'median':
      if (sorted.length % 2 === 1) return sorted[middle] ?? 0n;
      return ((sorted[middle - 1] ?? 0n) + (sorted[middle] ?? 0n)) / 2n;
    default:
      return sum();
  }
}

function ofDoubles(values: readonly number[], aggregation: string): number {
  const sum = (): number => values.reduce((total, value) => total + value, 0);
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  switch (aggregation) {
    case 'max':
      return sorted.at(-1) ?? 0;
    case 'min':
      return sorted[0] ?? 0;
    case 'mean':
      return sum() / values.length;
    case 'median':
      if (sorted.length % 2 === 1) return sorted[middle] ?? 0;
      return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
    default:
      return sum();
  }
}
