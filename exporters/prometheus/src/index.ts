/**
 * The end of a path that Prometheus reads: a page with the last value of every series.
 *
 * In: metrics. Out: `/metrics` in the text format 0.0.4 or OpenMetrics 1.0.
 * Never: other signals, anything on disk, series that nobody updated for `metric_expiration`.
 */
export { prometheusExporterFactory } from './factory.ts';
