import {
  CompileError,
  type ContextFunction,
  EvaluationError,
  type MetricCursor,
} from '@sonde/ottl';
import { MetricKind } from '@sonde/proto';
import type { Metric, Point } from './metric-json.ts';
import { record } from './reshape-recorder.ts';

const BOUND_TOLERANCE = 1e-12;
const METHODS: readonly string[] = ['remove_explicit_bound', 'limit_buckets'];

/** `merge_histogram_buckets(target_value, method?)`. */
export const mergeHistogramBuckets: ContextFunction<MetricCursor> = {
  name: 'merge_histogram_buckets',
  parameters: ['target_value', 'method?'],
  pure: false,
  create: (args) => {
    const target = args.value('target_value');
    const method = args.has('method') ? args.literalString('method') : 'remove_explicit_bound';
    if (!METHODS.includes(method)) {
      throw new CompileError(`invalid method ${method}, must be one of ${METHODS.join(', ')}`);
    }
    return (cursor) => {
      if (cursor.metric.kind !== MetricKind.histogram) return null;
      const wanted = target(cursor);
      if (typeof wanted !== 'number' && typeof wanted !== 'bigint') {
        throw new EvaluationError('target_value must be a number');
      }
      const change =
        method === 'limit_buckets'
          ? (point: Point) => limited(point, Number(wanted))
          : (point: Point) => withoutBound(point, Number(wanted));
      record(cursor, (metric) => ({ metric: withPoints(metric, change), added: [] }));
      return null;
    };
  },
};

function withPoints(metric: Metric, change: (point: Point) => Point): Metric {
  const { histogram } = metric;
  if (histogram === undefined) return metric;
  return {
    ...metric,
    histogram: { ...histogram, dataPoints: (histogram.dataPoints ?? []).map(change) },
  };
}

interface Buckets {
  readonly bounds: readonly number[];
  readonly counts: readonly bigint[];
}

/** undefined for a histogram that is empty or whose counts and bounds do not fit. */
function bucketsOf({ explicitBounds = [], bucketCounts = [] }: Point): Buckets | undefined {
  if (bucketCounts.length === 0 || bucketCounts.length !== explicitBounds.length + 1) {
    return undefined;
  }
  return { bounds: explicitBounds.map(Number), counts: bucketCounts.map(BigInt) };
}

function withBuckets(point: Point, { bounds, counts }: Buckets): Point {
  return { ...point, explicitBounds: [...bounds], bucketCounts: counts.map(String) };
}

function withoutBound(point: Point, bound: number): Point {
  const buckets = bucketsOf(point);
  const index = buckets?.bounds.findIndex((one) => Math.abs(one - bound) < BOUND_TOLERANCE) ?? -1;
  if (buckets === undefined || index === -1) return point;
  const { bounds, counts } = buckets;
  const merged = (counts[index] ?? 0n) + (counts[index + 1] ?? 0n);
  return withBuckets(point, {
    bounds: bounds.toSpliced(index, 1),
    counts: counts.toSpliced(index, 2, merged),
  });
}

/** Neighbours are merged in groups of the least size that leaves at most `most` buckets. */
function limited(point: Point, most: number): Point {
  if (!Number.isInteger(most) || most < 1) {
    throw new EvaluationError('target_value must be a positive integer for limit_buckets');
  }
  const buckets = bucketsOf(point);
  if (buckets === undefined || buckets.counts.length <= most || !isAscending(buckets.bounds)) {
    return point;
  }
  const size = Math.ceil(buckets.counts.length / most);
  const counts: bigint[] = [];
  for (let i = 0; i < buckets.counts.length; i += size) {
    counts.push(buckets.counts.slice(i, i + size).reduce((sum, count) => sum + count, 0n));
  }
  const bounds = buckets.bounds.filter((_, i) => (i + 1) % size === 0);
  return withBuckets(point, { bounds: bounds.slice(0, counts.length - 1), counts });
}

function isAscending(bounds: readonly number[]): boolean {
  return bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] ?? bound));
}
