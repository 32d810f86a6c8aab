/** Buckets a doubling of the duration: bucket b covers `[2^(b/4), 2^((b+1)/4))` ns, as in `red_1m`. */
const BUCKETS_PER_DOUBLING = 4;

/** Weighted counts by bucket, as `sumMap` gives them: parallel, ascending by bucket. */
export interface DurationHistogram {
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
}

/** Where bucket `b` starts, in nanoseconds. */
export function bucketStartNs(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_DOUBLING);
}

/**
 * The duration below which `quantile` of the requests lie, in nanoseconds; 0 without requests.
 * Within a bucket durations are taken as log-uniform: the error is at most half a bucket, 9 %.
 */
export function quantileNs(histogram: DurationHistogram, quantile: number): number {
  const total = histogram.counts.reduce((sum, count) => sum + count, 0);
  if (total <= 0) return 0;
  const rank = quantile * total;
  let below = 0;
  for (const [i, bucket] of histogram.buckets.entries()) {
    const count = histogram.counts[i] ?? 0;
    if (count > 0 && below + count >= rank) {
      const share = Math.max(0, rank - below) / count;
      return Math.round(bucketStartNs(bucket + share));
    }
    below += count;
  }
  return Math.round(bucketStartNs((histogram.buckets.at(-1) ?? 0) + 1));
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
  return { buckets: ascending.map(([b]) => b), counts: ascending.map(([, c]) => c) };
}
