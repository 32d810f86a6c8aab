/** Buckets a doubling of the duration: bucket b covers `[2^(b/4), 2^((b+1)/4))` ns, as in `red_1m`. */
const BUCKETS_PER_DOUBLING = 4;

/** Weighted counts by bucket, as `sumMap` gives them: parallel, ascending by bucket. */
export interface DurationHistogram {
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
  /** The longest duration in it, nanoseconds. */
  readonly maxNs: number;
}

/** Where bucket `b` starts, in nanoseconds. */
export function bucketStartNs(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_DOUBLING);
}

/**
 * The duration below which `quantile` of the requests lie, in nanoseconds; 0 without requests. The
 * middle, on a logarithmic scale, of the part of its bucket below the maximum: however durations lie
 * in the bucket the error is at most half a bucket, 9 %, and no quantile is above the maximum.
 */
export function quantileNs(histogram: DurationHistogram, quantile: number): number {
  const bucket = bucketOfQuantile(histogram, quantile);
  if (bucket === undefined) return 0;
  const { maxNs } = histogram;
  const endNs = Math.min(bucketStartNs(bucket + 1), Math.max(maxNs, 1));
  const startNs = Math.min(bucketStartNs(bucket), endNs);
  return Math.min(Math.round(Math.sqrt(startNs * endNs)), maxNs);
}

function bucketOfQuantile(histogram: DurationHistogram, quantile: number): number | undefined {
  const total = histogram.counts.reduce((sum, count) => sum + count, 0);
  if (total <= 0) return undefined;
  const rank = quantile * total;
  let below = 0;
  for (const [i, bucket] of histogram.buckets.entries()) {
    below += histogram.counts[i] ?? 0;
    if ((histogram.counts[i] ?? 0) > 0 && below >= rank) return bucket;
  }
  return histogram.buckets.at(-1);
}

/** All requests of several histograms together. */
export function mergeHistograms(histograms: readonly DurationHistogram[]): DurationHistogram {
  const counts = new Map<number, number>();
  for (const histogram of histograms) {
    for (const [i, bucket] of histogram.buckets.entries()) {
      counts.set(bucket, (counts.get(bucket) ?? 0) + (histogram.counts[i] ?? 0));
    }
  }
  const ascending = [...counts].sort(([a], [b]) => a - b);
  return {
    buckets: ascending.map(([b]) => b),
    counts: ascending.map(([, c]) => c),
    maxNs: histograms.reduce((max, { maxNs }) => Math.max(max, maxNs), 0),
  };
}
