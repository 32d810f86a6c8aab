/**
 * Step 4 of the path: OTLP bytes become columns, once.
 *
 * In: one `Export*ServiceRequest` (protobuf, or JSON that is turned into protobuf at the edge).
 * Out: the column batches of the signals, and OTLP bytes again.
 * Never: sockets, files, clocks, ClickHouse, configuration. Nothing else in Sonde touches wire bytes.
 */
import './kept-shapes.ts';

export * from './columns/index.ts';
export { hashAttributes, hashDictionaryString } from './decode/attribute-hash.ts';
export * from './decode/index.ts';
export * from './edit/index.ts';
export * from './encode/index.ts';
export * from './encoded-request.ts';
export * from './join-requests.ts';
export * from './json/index.ts';
export { keepShape, RecentObjects } from './keep-shape.ts';
export * from './malformed.ts';
export { MessageCursor } from './protobuf/message-cursor.ts';
export { REQUEST_ROWS_MAX } from './protobuf/row-budget.ts';
export { borrowBody, giveBackBody, joinChunks } from './protobuf/source.ts';
export * from './read/index.ts';
export * from './rpc/index.ts';
export * from './scan.ts';
export * from './signal.ts';
export * from './split-by-resource.ts';
export * from './split-request.ts';
export * from './wire/index.ts';
