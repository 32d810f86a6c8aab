import type { MetricAggregation, MetricInfo } from '../api/contract/index.ts';

/**
 * How a metric's points are read:
 * - `level`: a value that holds until the next (gauges, sums that may fall);
 * - `counter`: what was added (rising sums, deltas);
 * - `distribution`: how many observations and their sum (histograms, summaries).
 */
export type MetricShape = 'level' | 'counter' | 'distribution';

export function metricShape(info: MetricInfo): MetricShape {
  if (info.type === 'gauge') return 'level';
  if (info.type !== 'sum') return 'distribution';
  return info.isMonotonic || info.temporality === 'delta' ? 'counter' : 'level';
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
  if (aggregation === 'rate' && metricShape(info) === 'level') {
    return `\`rate\` needs something that is counted; ${info.name} is a level (use avg, sum, min or max)`;
  }
  if ((aggregation === 'min' || aggregation === 'max') && info.type === 'summary') {
    return `summaries hold no ${aggregation}; ${info.name} is one (use avg, sum or rate)`;
  }
  return undefined;
}
