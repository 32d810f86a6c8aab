/**
 * The processor `attributes` (step 5 of the path).
 *
 * In: spans, log records and metrics. Out: the same with attributes of their rows inserted, changed,
 * hashed, taken apart or deleted, as the actions say. Never: a change to resources or scopes.
 */
export { type AttributesConfig, attributesConfig } from './config.ts';
export { attributesProcessorFactory } from './factory.ts';
