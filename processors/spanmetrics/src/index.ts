/**
 * Connector `span_metrics`, in step 5 of the path.
 *
 * In: spans at the end of pipelines. Out: how many there were, how long they took and which events
 * they had, by service, name, kind, status and chosen attributes, to pipelines of metrics.
 * Never: the spans themselves; an answer that says more than that the spans were counted in memory.
 */
export { spanMetricsConnectorFactory } from './factory.ts';
