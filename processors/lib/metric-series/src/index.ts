/**
 * Part of step 5 of the path: what connectors share that make metrics of spans.
 *
 * In: durations, counts and weights of spans, attributes of rows. Out: histogram points, requests of
 * metrics, and when they are due.
 * Never: the configuration of a connector, or which metrics there are.
 */

export { anyValue } from './any-value.ts';
export { AttributeRows } from './attribute-rows.ts';
export { ExplicitHistogram } from './explicit-histogram.ts';
export { ExponentialHistogram } from './exponential-histogram.ts';
export { FlushLoop } from './flush-loop.ts';
export type { SeriesHistogram } from './histogram.ts';
export { MetricOutlet } from './metric-outlet.ts';
export { type MetricPart, metricRequests } from './metric-requests.ts';
export { type SpanWeight, SpanWeights } from './span-weights.ts';
export { wholeCount, wholeCounts } from './whole-counts.ts';
