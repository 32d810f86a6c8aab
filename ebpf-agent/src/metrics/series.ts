import type { KeyValue } from '@sonde/proto';

/** Numbers of one metric with one set of attributes, cumulative since `startMs`. */
export interface Series {
  readonly attributes: readonly KeyValue[];
  /** Of `performance.now()`. */
  readonly startMs: number;
  lastMs: number;
  /** It was forgotten: what is added to it is reported by nobody. */
  isExpired: boolean;
  /** Values, or of a counter increments. */
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Of a histogram; else empty. */
  readonly buckets: Float64Array;
  /** What the last report said, of `takeDue`, and when. */
  reportedSum: number;
  reportedMs: number;
}

const NO_BUCKETS = new Float64Array(0);

export function newSeries(attributes: readonly KeyValue[], bucketCount: number): Series {
  const nowMs = performance.now();
  return {
    attributes,
    startMs: nowMs,
    lastMs: nowMs,
    isExpired: false,
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    buckets: bucketCount === 0 ? NO_BUCKETS : new Float64Array(bucketCount),
    reportedSum: 0,
    reportedMs: Number.NEGATIVE_INFINITY,
  };
}

/** Adds a value: an observation of a histogram, an increment of a counter. */
export function addValue(
  series: Series,
  value: number,
  bounds: readonly number[],
  nowMs: number = performance.now(),
): void {
  series.lastMs = nowMs;
  series.count++;
  series.sum += value;
  if (series.buckets.length === 0) return;
  // The first whose bound is not below it.
  let bucket = 0;
  while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++;
  series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
  if (value < series.min) series.min = value;
  if (value > series.max) series.max = value;
}
