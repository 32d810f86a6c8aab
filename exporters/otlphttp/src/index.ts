/**
 * Step 1 of somebody else's path: OTLP by HTTP to a Collector, a gateway of Sonde, or any backend.
 *
 * In: telemetry of one signal. Out: one POST a batch, the bytes as they came in (`encoding: proto`)
 * or as OTLP/JSON. Never: decodes into columns; sends what was refused for good again.
 */
export * from './config.ts';
export * from './factory.ts';
export * from './http-destination.ts';
