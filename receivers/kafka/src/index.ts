/**
 * Step 3 of the path in a company: batches come out of Kafka.
 *
 * In: messages of the signals' topics, from any producer of OTLP. Out: batches with their range,
 * each promised (an intent) before and committed after the pipeline took it; what no pipeline can
 * ever take, in the dead-letter topic. Never: commits what was not delivered.
 */
export * from './config.ts';
export * from './factory.ts';
