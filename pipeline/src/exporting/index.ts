/**
 * What every exporter that sends over a network has in front of its connection: a queue with
 * batches, counters, retries with back-off, a timeout an attempt. The exporter itself is a `Destination`.
 */
export * from './backoff.ts';
export * from './destination.ts';
export * from './limits.ts';
export * from './partial-success.ts';
export * from './sending-exporter.ts';
export * from './sending-fields.ts';
