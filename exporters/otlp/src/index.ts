/**
 * Step 1 of somebody else's path: OTLP by gRPC to a Collector, a gateway of Sonde, or any backend.
 *
 * In: telemetry of one signal. Out: one `Export` call a batch, on bytes as they came in.
 * Never: decodes; sends what was refused for good again.
 */
export * from './config.ts';
export * from './factory.ts';
export * from './grpc-destination.ts';
