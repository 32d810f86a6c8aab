/**
 * Step 3 of the path on one machine: batches come out of the embedded log.
 *
 * In: the records of a signal's topic, partition by partition. Out: batches with their range, each
 * promised (an intent) before and committed after the pipeline took it; what no pipeline can ever
 * take, in the dead-letter topic. Never: acknowledges to a sender, drops, or reads past a range
 * that is not committed.
 */
export * from './buffer-receiver.ts';
export * from './config.ts';
export * from './factory.ts';
