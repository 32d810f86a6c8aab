import type { HistogramPoint } from '@sonde/proto';
import type { PointHead, SeriesHistogram } from './histogram.ts';
import { wholeCounts } from './whole-counts.ts';

/** Buckets between fixed bounds; a value that equals a bound is below it. */
export class ExplicitHistogram implements SeriesHistogram {
  /** Ascending; shared by every series. */
  readonly #bounds: readonly number[];
  readonly #buckets: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#buckets = new Float64Array(bounds.length + 1);
  }

  observe(value: number, weight: number): void {
    this.#sum += value * weight;
    const bucket = this.#bucketOf(value);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + weight;
  }

  point(head: PointHead): HistogramPoint {
    const bucketCounts = wholeCounts(this.#buckets);
    const count = bucketCounts.reduce((sum, each) => sum + each, 0);
    return { ...head, count, sum: this.#sum, bucketCounts, explicitBounds: this.#bounds };
  }

  #bucketOf(value: number): number {
    let low = 0;
    let high = this.#bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#bounds[middle] ?? 0) >= value) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
