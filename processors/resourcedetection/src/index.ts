/**
 * The processor `resourcedetection` (step 5 of the path).
 *
 * In: batches of every signal. Out: the same with what was found out about this host and its cloud in
 * the attributes of their resources. Never: a change to rows or scopes; a start that waits longer than
 * `timeout`; a look at the host or the network while a batch passes.
 */
export { type ResourceDetectionConfig, resourceDetectionConfig } from './config.ts';
export { resourceDetectionFactory } from './factory.ts';
