import { KAFKA_CLIENTS, type KafkaOptions, rdKafkaPath } from '@sonde/buffer';

/** Those that can be used here. */
export const CLIENTS: readonly KafkaOptions['client'][] = KAFKA_CLIENTS.filter(
  (client) => client === 'kafkajs' || rdKafkaPath() !== undefined,
);
