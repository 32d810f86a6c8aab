import type { OtlpMessage } from '@sonde/proto';

export interface Bucket {
  readonly lower: number;
  readonly upper: number;
  readonly count: bigint;
}

/**
 * The buckets of an exponential histogram's point from the lowest to the highest: bucket `i` of
 * scale `s` ends at `2^((i + 1) / 2^s)` (OTLP, `ExponentialHistogramDataPoint`).
 */
export function exponentialBuckets(point: OtlpMessage): {
  readonly negative: readonly Bucket[];
  readonly positive: readonly Bucket[];
} {
  const factor = Math.LN2 * 2 ** -Number(point.integer('scale'));
  const buckets = (name: string): Bucket[] => {
    const side = point.message(name);
    const offset = Number(side?.integer('offset') ?? 0n);
    return (side?.integers('bucketCounts') ?? []).map((count, index) => ({
      lower: Math.exp((offset + index) * factor),
      upper: Math.exp((offset + index + 1) * factor),
      count,
    }));
  };
  const negative = buckets('negative')
    .reverse()
    .map(({ lower, upper, count }) => ({ lower: -upper, upper: -lower, count }));
  return { negative, positive: buckets('positive') };
}
