import { KAFKA_CLIENTS, type KafkaOptions } from '@sonde/buffer';
import { clientMissing } from '../src/index.ts';

/** Those that can be used here. */
export const CLIENTS: readonly KafkaOptions['client'][] = KAFKA_CLIENTS.filter(
  (client) => clientMissing({ client }) === undefined,
);
