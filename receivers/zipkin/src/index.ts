/**
 * Step 1 of the path: spans of Zipkin's clients, by HTTP.
 *
 * In: lists of spans, v1 JSON and thrift, v2 JSON and protobuf, plain or packed. Out: the same spans as
 * OTLP requests, to the pipelines; an answer to the sender once they took it.
 * Never: keeps data, acknowledges what no pipeline took.
 */
export * from './config.ts';
export * from './factory.ts';
export * from './zipkin-receiver.ts';
