/**
 * Step 1 of the path: OTLP from SDKs, Collectors and the agent, by gRPC and HTTP.
 *
 * In: export requests of the four signals, protobuf or JSON, plain or packed.
 * Out: the same requests in protobuf, unpacked and looked through, with tenant and time of receipt,
 * to the pipelines; an answer to the sender once they took it.
 * Never: changes data, keeps it, acknowledges what no pipeline took, decodes columns.
 */
export * from './config.ts';
export * from './factory.ts';
export * from './otlp-receiver.ts';
