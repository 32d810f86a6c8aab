import type { ExponentialHistogramPoint, HistogramPoint } from '@sonde/proto';

/** What a series adds to the figures of its histogram. */
export type PointHead = Pick<
  HistogramPoint,
  'attributes' | 'startTimeUnixNano' | 'timeUnixNano' | 'exemplars'
>;

/** A histogram of one series. */
export interface SeriesHistogram {
  /** `weight` is how many observations this one stands for, and may have a fraction. */
  observe(value: number, weight: number): void;
  point(head: PointHead): HistogramPoint | ExponentialHistogramPoint;
}
