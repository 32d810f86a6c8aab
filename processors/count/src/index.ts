/**
 * Connector `count`, in step 5 of the path.
 *
 * In: batches at the end of pipelines. Out: how many spans, span events, metrics, data points or log
 * records each of their resources had, as delta sums, to pipelines of metrics.
 * Never: the rows themselves; anything that is held from one batch to the next.
 */
export { type CountConfig, CountConfigSchema } from './config.ts';
export { countConnectorFactory } from './factory.ts';
