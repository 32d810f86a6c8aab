/**
 * Connector `forward`, in step 5 of the path.
 *
 * In: batches at the end of pipelines. Out: the same batches at the beginning of others of that
 * signal.
 * Never: holds, copies or changes anything; its answer is that of the pipelines behind it.
 */
export { type ForwardConfig, ForwardConfigSchema } from './config.ts';
export { forwardConnectorFactory } from './factory.ts';
export { Forward } from './forward.ts';
