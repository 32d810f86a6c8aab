/**
 * The processor `redaction` (step 5 of the path).
 *
 * In: spans, log records and metrics. Out: the same without attributes that are not allowed and with
 * secrets in values and bodies masked or hashed. Never: a value in a log line.
 */
export { type RedactionConfig, redactionConfig } from './config.ts';
export { redactionProcessorFactory } from './factory.ts';
