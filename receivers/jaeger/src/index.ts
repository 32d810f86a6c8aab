/**
 * Step 1 of the path: spans of Jaeger's clients and agents.
 *
 * In: `PostSpans` calls by gRPC, batches in thrift by HTTP, datagrams to the agent's ports. Out: the
 * same spans as OTLP requests, to the pipelines; an answer to the sender, where there is one to give,
 * once they took it.
 * Never: keeps data beyond a bounded queue of datagrams, acknowledges what no pipeline took.
 */
export * from './config.ts';
export * from './factory.ts';
export * from './jaeger-receiver.ts';
