/**
 * The processor `log_patterns` (step 5 of the path).
 *
 * In: log records. Out: the same with the id of their pattern and their values as attributes, and
 * the severity that their text says where none was sent. Never: a change to a body, a record less.
 */
export { type LogPatternsConfig, logPatternsConfig } from './config.ts';
export { logPatternsProcessorFactory } from './factory.ts';
