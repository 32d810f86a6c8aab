/**
 * What the exporter and the receiver `kafka` have in common, around steps 2 and 3 of the path.
 *
 * In: the Collector's configuration of a Kafka client. Out: options of `KafkaBuffer`, and the buffer,
 * opened when a broker answers. Never: records.
 */
export * from './client-fields.ts';
export * from './packer.ts';
export * from './to-kafka-options.ts';
export * from './topics.ts';
