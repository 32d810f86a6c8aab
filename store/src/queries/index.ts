/**
 * Reads that know how a roll-up folds: statements for whoever draws rates and quantiles.
 *
 * In: a tenant, a metric, a range. Out: typed SQL and what its rows hold. Never: a connection.
 */

export { EXPLICIT_BUCKETS, exponentialBuckets } from '../schema/metric-histograms-5m.ts';
export * from './counter-increase.ts';
export * from './histogram-increase.ts';
export { MetricRange } from './metric-range.ts';
