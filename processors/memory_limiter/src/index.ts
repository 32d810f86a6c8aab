/**
 * The processor `memory_limiter`, first in its pipeline (step 5 of the path).
 *
 * In: batches of any signal. Out: the same; or a refusal that senders may retry, while the process uses
 * too much memory. Never: a look into the data.
 */
export { type MemoryLimiterConfig, memoryLimiterConfig } from './config.ts';
export { memoryLimiterFactory } from './factory.ts';
