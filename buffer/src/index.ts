/**
 * Step 2 of the path: what is acknowledged is durable here.
 *
 * In: records for a topic and partition. Out: the same records in order, with offsets, to consumer
 * groups. Never: looks into a record.
 */
export * from './contract.ts';
export * from './embedded/index.ts';
export * from './kafka/index.ts';
export * from './threads/index.ts';
export * from './topics.ts';
