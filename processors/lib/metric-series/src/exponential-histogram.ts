import type { ExponentialHistogramPoint } from '@sonde/proto';
import { exponentialIndex, SCALE_MAX } from './exponential-index.ts';
import type { PointHead, SeriesHistogram } from './histogram.ts';
import { wholeCounts } from './whole-counts.ts';

const SIZE_DEFAULT = 160;
const SIZE_MIN = 2;
const SIZE_MAX = 16_384;

/**
 * Buckets that grow by a constant factor, as fine as `size` of them cover what was seen. Values are
 * not negative.
 */
export class ExponentialHistogram implements SeriesHistogram {
  readonly #size: number;
  #scale = SCALE_MAX;
  /** Index of the first of `#buckets`. */
  #first = 0;
  #buckets: number[] = [];
  #zeros = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  /** `size` is how many buckets there are at most: 0 is 160, others are brought to 2 to 16,384. */
  constructor(size: number) {
    this.#size = size <= 0 ? SIZE_DEFAULT : Math.min(Math.max(size, SIZE_MIN), SIZE_MAX);
  }

  observe(value: number, weight: number): void {
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    if (value === 0) {
      this.#zeros += weight;
      return;
    }
    this.#sum += value * weight;
    let index = exponentialIndex(value, this.#scale);
    if (this.#buckets.length > 0) {
      const last = this.#first + this.#buckets.length - 1;
      const change = this.#changeFor(Math.min(this.#first, index), Math.max(last, index));
      if (change > 0) {
        this.#coarsen(change);
        index = exponentialIndex(value, this.#scale);
      }
    }
    this.#add(index, weight);
  }

  point(head: PointHead): ExponentialHistogramPoint {
    // In one go: parts that are made whole each for itself would not add up.
    const [zeroCount = 0, ...bucketCounts] = wholeCounts([this.#zeros, ...this.#buckets]);
    const count = bucketCounts.reduce((sum, each) => sum + each, zeroCount);
    const isSeen = this.#min !== Number.POSITIVE_INFINITY;
    const isEmpty = this.#buckets.length === 0;
    return {
      ...head,
      count,
      sum: this.#sum,
      ...(isSeen && { min: this.#min, max: this.#max }),
      scale: isEmpty ? 0 : this.#scale,
      zeroCount,
      positive: { offset: isEmpty ? 0 : this.#first, bucketCounts },
      negative: { bucketCounts: [] },
    };
  }

  /** How often the resolution is halved until these two are in `#size` buckets. */
  #changeFor(low: number, high: number): number {
    let change = 0;
    for (let [from, to] = [low, high]; to - from >= this.#size; change++) {
      from >>= 1;
      to >>= 1;
    }
    return change;
  }

  #coarsen(change: number): void {
    const first = this.#first >> change;
    const buckets: number[] = [];
    for (const [at, sum] of this.#buckets.entries()) {
      const into = ((this.#first + at) >> change) - first;
      buckets[into] = (buckets[into] ?? 0) + sum;
    }
    this.#first = first;
    this.#buckets = buckets;
    this.#scale -= change;
  }

  #add(index: number, weight: number): void {
    if (this.#buckets.length === 0) this.#first = index;
    while (index < this.#first) {
      this.#buckets.unshift(0);
      this.#first--;
    }
    const at = index - this.#first;
    while (this.#buckets.length <= at) this.#buckets.push(0);
    this.#buckets[at] = (this.#buckets[at] ?? 0) + weight;
  }
}
