/**
 * The processor `transform` (step 5 of the path).
 *
 * In: batches of spans, metrics and log records. Out: the same as statements in OTTL change them.
 * Never: a statement that is half understood; a change to the columns that came in.
 */
export { type TransformConfig, transformConfig } from './config.ts';
export { transformProcessorFactory } from './factory.ts';
