/**
 * Step 6 of the path: columns become Native blocks, a block an insert into the store.
 *
 * In: batches of spans, log records, metrics and profiles with the range of the buffer they were read from.
 * Out: inserts over ClickHouse's HTTP protocol, once for every range however often it is replayed.
 * Never: wire bytes, a clock, a random draw; a row of its own making.
 */
export { insertSettings } from './block-sink.ts';
export { type ClickHouseConfig, clickHouseConfig } from './config.ts';
export { clickHouseExporterFactory } from './factory.ts';
