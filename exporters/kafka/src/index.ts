/**
 * Step 2 of the path in a company: requests become durable in Kafka.
 *
 * In: telemetry of one signal. Out: plain OTLP, a message a request, its bytes as they came,
 * acknowledged when the brokers have acknowledged it. Never: decodes, cuts a message in two that
 * fits.
 */
export * from './config.ts';
export * from './factory.ts';
