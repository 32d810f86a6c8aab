import type { MetricAggregation, MetricInfo } from '../api/contract/index.ts';

/**
 * How a metric's points are read:
 * - `level`: a value that holds until the next (gauges, sums that may fall);
 * - `counter`: what was added (rising sums, deltas);
 * - `distribution`: how many observations and their sum (histograms, summaries).
 */
export type MetricShape = 'level' | 'counter' | 'distribution';

/** By name; the value is the quantile. */
export const QUANTILES: ReadonlyMap<MetricAggregation, number> = new Map([
  ['p50', 0.5],
  ['p75', 0.75],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
]);

export function metricShape(info: MetricInfo): MetricShape {
  if (info.type === 'gauge') return 'level';
  if (info.type !== 'sum') return 'distribution';
  return info.isMonotonic || info.temporality === 'delta' ? 'counter' : 'level';
}

/** Whether points have buckets. */
export function hasBuckets(info: MetricInfo): boolean {
  return info.type === 'histogram' || info.type === 'exponential_histogram';
}

/** What says most about a metric of that shape. */
export function defaultAggregation(shape: MetricShape): MetricAggregation {
  return shape === 'counter' ? 'rate' : 'avg';
}

/** Why the aggregation makes no sense for the metric; undefined when it does. */
export function refusedAggregation(
  info: MetricInfo,
  aggregation: MetricAggregation,
): string | undefined {
  const isLevel = metricShape(info) === 'level';
  if (isLevel && (aggregation === 'rate' || aggregation === 'increase')) {
    return `\`${aggregation}\` needs something that is counted; ${info.name} is a level (use avg, sum, min, max or count)`;
  }
  if (QUANTILES.has(aggregation) && !hasBuckets(info)) {
    return `\`${aggregation}\` needs a histogram; ${info.name} is a ${info.type}`;
  }
  if ((aggregation === 'min' || aggregation === 'max') && info.type === 'summary') {
    return `summaries hold no ${aggregation}; ${info.name} is one (use avg, sum or rate)`;
  }
  return undefined;
}
