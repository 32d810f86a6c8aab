import { CompileError, type ContextFunction, type MetricCursor } from '@sonde/ottl';
import { MetricKind } from '@sonde/proto';
import type { Metric, Point } from './metric-json.ts';
import { record } from './reshape-recorder.ts';

interface ExponentialBucket {
  readonly lower: number;
  readonly upper: number;
  readonly count: bigint;
}

/** Puts the count of an exponential bucket into those of `counts`, one more than there are bounds. */
type Distribute = (bucket: ExponentialBucket, bounds: readonly number[], counts: bigint[]) => void;

const DISTRIBUTIONS: Readonly<Record<string, Distribute>> = {
  upper: ({ upper, count }, bounds, counts) => put(counts, bucketOf(upper, bounds), count),
  midpoint: ({ lower, upper, count }, bounds, counts) =>
    put(counts, bucketOf((lower + upper) / 2, bounds), count),
  uniform,
};

/** `convert_exponential_histogram_to_histogram(distribution, explicit_bounds[])`. */
export const convertExponential: ContextFunction<MetricCursor> = {
  name: 'convert_exponential_histogram_to_histogram',
  parameters: ['distribution', 'explicit_bounds'],
  pure: false,
  create: (args) => {
    const name = args.literalString('distribution');
    const bounds = args.literalFloats('explicit_bounds');
    if (bounds.length === 0) throw new CompileError('explicit bounds cannot be empty');
    if (name === 'random') {
      throw new CompileError(
        'distribution random is not supported: use upper, midpoint or uniform',
      );
    }
    const distribute = Object.hasOwn(DISTRIBUTIONS, name) ? DISTRIBUTIONS[name] : undefined;
    if (distribute === undefined) {
      throw new CompileError(
        `invalid distribution algorithm: ${name}, must be one of [upper, midpoint, uniform, random]`,
      );
    }
    return (cursor) => {
      if (cursor.metric.kind !== MetricKind.exponentialHistogram) return null;
      record(cursor, (metric) => ({ metric: converted(metric, bounds, distribute), added: [] }));
      return null;
    };
  },
};

function converted(metric: Metric, bounds: readonly number[], distribute: Distribute): Metric {
  const { exponentialHistogram, ...others } = metric;
  if (exponentialHistogram === undefined) return metric;
  const { dataPoints = [], ...data } = exponentialHistogram;
  const points = dataPoints.map((point) => explicitPoint(point, bounds, distribute));
  return { ...others, histogram: { ...data, dataPoints: points } };
}

/** Counts of negative buckets are left out; those of zero count where the first bound is 0. */
function explicitPoint(point: Point, bounds: readonly number[], distribute: Distribute): Point {
  const { scale = 0, zeroCount = 0, positive, negative, zeroThreshold, ...others } = point;
  const counts = new Array<bigint>(bounds.length + 1).fill(0n);
  if (bounds[0] === 0) counts[0] = BigInt(zeroCount);
  const edge = (index: number): number => 2 ** (index * 2 ** -scale);
  const offset = positive?.offset ?? 0;
  for (const [i, written] of (positive?.bucketCounts ?? []).entries()) {
    const count = BigInt(written);
    if (count === 0n) continue;
    const bucket = { lower: edge(offset + i), upper: edge(offset + i + 1), count };
    distribute(bucket, bounds, counts);
  }
  return { ...others, explicitBounds: [...bounds], bucketCounts: counts.map(String) };
}

function put(counts: bigint[], index: number, count: bigint): void {
  counts[index] = (counts[index] ?? 0n) + count;
}

/** The bucket whose upper bound is the first at or above the value. */
function bucketOf(value: number, bounds: readonly number[]): number {
  const index = bounds.findIndex((bound) => value <= bound);
  return index === -1 ? bounds.length : index;
}

/** In equal parts over the bounds within the bucket; the first ones take what is left over. */
function uniform(bucket: ExponentialBucket, bounds: readonly number[], counts: bigint[]): void {
  const { lower, upper, count } = bucket;
  const within = bounds.flatMap((bound, i) => (bound >= lower && bound <= upper ? [i] : []));
  if (within.length === 0) {
    put(counts, bucketOf(upper, bounds), count);
    return;
  }
  const share = count / BigInt(within.length);
  let rest = count % BigInt(within.length);
  for (const index of within) {
    put(counts, index, rest > 0n ? share + 1n : share);
    if (rest > 0n) rest--;
  }
}
