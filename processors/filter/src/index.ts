/**
 * The processor `filter` (step 5 of the path).
 *
 * In: spans, log records and metrics. Out: those that `include` names and `exclude` does not; a batch
 * of which nothing is left goes no further. Never: a change to what stays.
 */
export { type FilterConfig, filterConfig } from './config.ts';
export { filterProcessorFactory } from './factory.ts';
