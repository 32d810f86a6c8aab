import { earliestStart } from './merge-numbers.ts';
import type { Point, Written } from './metric-json.ts';

/** The sum of histograms with the same bounds. */
export function mergeHistograms(points: readonly [Point, ...Point[]]): Point {
  return points.reduce((merged, point) => ({
    ...mergedCommon(merged, point),
    bucketCounts: addedCounts(merged.bucketCounts, point.bucketCounts),
  }));
}

/** The sum of exponential histograms with the same scale and offsets. */
export function mergeExponentials(points: readonly [Point, ...Point[]]): Point {
  return points.reduce((merged, point) => ({
    ...mergedCommon(merged, point),
    zeroCount: String(BigInt(merged.zeroCount ?? 0) + BigInt(point.zeroCount ?? 0)),
    positive: {
      ...merged.positive,
      bucketCounts: addedCounts(merged.positive?.bucketCounts, point.positive?.bucketCounts),
    },
    negative: {
      ...merged.negative,
      bucketCounts: addedCounts(merged.negative?.bucketCounts, point.negative?.bucketCounts),
    },
  }));
}

function mergedCommon(a: Point, b: Point): Point {
  return {
    ...a,
    ...earliestStart([a, b]),
    count: String(BigInt(a.count ?? 0) + BigInt(b.count ?? 0)),
    sum: both(a.sum, b.sum, (x, y) => x + y),
    min: both(a.min, b.min, Math.min),
    max: both(a.max, b.max, Math.max),
    exemplars: [...(a.exemplars ?? []), ...(b.exemplars ?? [])],
  };
}

/** undefined where one of them has none. */
function both(
  a: Written | undefined,
  b: Written | undefined,
  merge: (a: number, b: number) => number,
): number | undefined {
  return a === undefined || b === undefined ? undefined : merge(Number(a), Number(b));
}

function addedCounts(a: readonly Written[] = [], b: readonly Written[] = []): string[] {
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, i) => String(BigInt(a[i] ?? 0) + BigInt(b[i] ?? 0)));
}
