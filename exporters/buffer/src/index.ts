/**
 * Step 2 of the path on one machine: requests become durable in the embedded log.
 *
 * In: telemetry of one signal. Out: a record a request, its bytes as they came, acknowledged when
 * they are synced to disk. Never: decodes.
 */
export * from './buffer-exporter.ts';
export * from './config.ts';
export * from './factory.ts';
