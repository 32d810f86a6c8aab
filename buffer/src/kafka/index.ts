/** The buffer's contract on Kafka. */
export { type JoinOptions, KafkaBuffer } from './kafka-buffer.ts';
export type { GroupMembership, KafkaClient } from './kafka-client.ts';
export {
  COMPRESSIONS,
  type Compression,
  DEFAULT_KAFKA_OPTIONS,
  KAFKA_CLIENTS,
  type KafkaOptions,
  type Packer,
  type Packing,
  SASL_MECHANISMS,
  type SaslOptions,
} from './kafka-options.ts';
export { rdKafkaLacks, rdKafkaPath } from './rdkafka-addon.ts';
