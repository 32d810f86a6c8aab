/** Where buckets begin: those that counted nothing may be left out of what is stored. */
export interface BucketEdges {
  /** All upper bounds that are known, ascending. */
  readonly bounds: readonly number[];
  /** Of exponential buckets how much wider each is than the next smaller one, at the most. */
  readonly factor?: number | undefined;
}

/**
 * The value below which a share of the observations lies, even within its bucket: null without any.
 * What lies above the last bound is taken to be there. A bucket without a lower neighbour begins at
 * zero, or at its own bound where that is below zero (as Prometheus' `histogram_quantile`).
 */
export function bucketQuantile(
  share: number,
  buckets: { readonly bounds: readonly number[]; readonly counts: readonly number[] },
  edges: BucketEdges = buckets,
): number | null {
  const { bounds, counts } = buckets;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const top = edges.bounds.at(-1);
  if (total <= 0 || top === undefined) return null;
  const wanted = share * total;
  let below = 0;
  for (const [i, bound] of bounds.entries()) {
    const count = counts[i] ?? 0;
    if (count > 0 && below + count >= wanted) {
      const low = lowerEdge(bound, edges);
      return low + (bound - low) * ((wanted - below) / count);
    }
    below += count;
  }
  return top;
}

function lowerEdge(bound: number, { bounds, factor }: BucketEdges): number {
  const before = bounds.findLast((other) => other < bound);
  if (factor === undefined) return before ?? Math.min(0, bound);
  const byWidth = bound > 0 ? bound / factor : bound * factor;
  return Math.max(before ?? Number.NEGATIVE_INFINITY, byWidth);
}
