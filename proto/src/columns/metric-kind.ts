/** Which member of `Metric.data` is set: the field numbers of the oneof, 0 when none is. */
export const MetricKind = {
  none: 0,
  gauge: 5,
  sum: 7,
  histogram: 9,
  exponentialHistogram: 10,
  summary: 11,
} as const;

/** Which member of a number's oneof is set. `none` is "no recorded value". */
export const NumberType = { none: 0, double: 1, int: 2 } as const;

/** Bits of `presence` in histogram points: which optional fields were sent. */
export const HistogramPresence = { sum: 1, min: 2, max: 4 } as const;
