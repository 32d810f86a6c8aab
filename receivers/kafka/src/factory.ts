import { clientMissing } from '@sonde/kafka-client';
import type { ReceiverFactory } from '@sonde/pipeline';
import { type KafkaReceiverConfig, kafkaReceiverConfig } from './config.ts';
import { KafkaReceiver } from './kafka-receiver.ts';

/** The receiver `kafka`: batches out of Kafka topics. */
export const kafkaReceiverFactory: ReceiverFactory<KafkaReceiverConfig> = {
  kind: 'receiver',
  type: 'kafka',
  config: kafkaReceiverConfig,
  foresee: clientMissing,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta', profiles: 'alpha' },
  // Each is a member of the group: they share nothing here.
  threads: { count: ({ workers }) => workers },
  create: (settings, config, next) => new KafkaReceiver(settings, config, next),
};
