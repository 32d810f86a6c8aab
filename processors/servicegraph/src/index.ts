/**
 * Connector `service_graph`, in step 5 of the path.
 *
 * In: spans at the end of pipelines. Out: how many calls there were from one service to another, how
 * many failed and how long they took on either side, to pipelines of metrics.
 * Never: the spans themselves; the service map of Sonde's pages, which the store makes of all spans.
 */
export { serviceGraphConnectorFactory } from './factory.ts';
