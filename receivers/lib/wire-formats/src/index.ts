/**
 * What readers of formats other than OTLP stand on (step 1 of the path): thrift, JSON with names in
 * its complaints, and limits.
 *
 * In: bytes of a sender. Out: their values, one after the other.
 * Never: a tree of a whole message, more elements or depth than the limits, a message's meaning.
 */
export * from './attributes.ts';
export * from './element-budget.ts';
export * from './json-fields.ts';
export * from './malformed-format.ts';
export * from './thrift/binary-wire.ts';
export * from './thrift/compact-wire.ts';
export * from './thrift/message-head.ts';
export * from './thrift/thrift-reader.ts';
export * from './thrift/thrift-type.ts';
