/** Own telemetry: a happening's log line and counter live together, in one event. */
export * from './auth-events.ts';
export * from './exporter-events.ts';
export * from './own-telemetry.ts';
export * from './process-metrics.ts';
export * from './processor-events.ts';
export * from './receiver-events.ts';
export * from './reload-events.ts';
export * from './sending-events.ts';
export * from './service-events.ts';
export * from './settings-events.ts';
export * from './size-buckets.ts';
