/**
 * Step 1 of the path for metrics that have to be fetched.
 *
 * In: a scrape configuration of Prometheus, and pages in its text format or in OpenMetrics.
 * Out: one OTLP request a page. Never: rules, storage, remote write, protobuf pages.
 */
export { prometheusReceiverFactory } from './factory.ts';
