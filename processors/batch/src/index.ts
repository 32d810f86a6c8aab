/**
 * The processor `batch` (step 5 of the path).
 *
 * In: batches of any signal. Out: fewer, larger ones of the same requests, their bytes untouched.
 * Never: an answer before the batch went through; a decoded request; a mixture with data that a
 * buffer holds, whose ranges stay what they are.
 */
export { type BatchConfig, batchConfig } from './config.ts';
export { batchProcessorFactory } from './factory.ts';
