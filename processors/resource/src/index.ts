/**
 * The processor `resource` (step 5 of the path).
 *
 * In: batches of every signal. Out: the same with attributes of their resources changed as the actions
 * say. Never: a change to rows or scopes. It works once a distinct resource, not once a row.
 */
export { type ResourceConfig, resourceConfig } from './config.ts';
export { resourceProcessorFactory } from './factory.ts';
