/**
 * Connector `routing`, in step 5 of the path.
 *
 * In: batches at the end of pipelines. Out: to each pipeline of the table the rows that its
 * conditions mean, in their order; what is left to the default pipelines.
 * Never: a row lost uncounted, a batch that is held; what goes to one pipeline whole and unchanged
 * goes as the bytes that came in.
 */
export { type RoutingConfig, RoutingConfigSchema } from './config.ts';
export { routingConnectorFactory } from './factory.ts';
