import { type ClientInfo, metadataValues, SondeError } from '@sonde/pipeline';
import type { SignalTopic } from './config.ts';

/** Topics that clients may name to one exporter: each costs memory here and files on every broker. */
export const CLIENT_TOPICS_MAX = 1000;

/** Kafka's own rule for the names of topics. */
const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * The topic that the data's client names by its metadata, else the configured one. Throws
 * `INVALID_DATA` where Kafka has no topics of such a name.
 */
export function topicOf(settings: SignalTopic, client: ClientInfo | undefined): string {
  const [named] = valuesOf(client, settings.topicFromMetadataKey);
  if (named === undefined) return settings.topic;
  if (TOPIC_NAME.test(named) && named !== '.' && named !== '..') return named;
  const key = settings.topicFromMetadataKey;
  throw new SondeError('INVALID_DATA', `metadata ${key} names no topic that Kafka could have`);
}

/** The key of the messages of the data's client; undefined: they have none. */
export function messageKeyOf(
  settings: SignalTopic,
  client: ClientInfo | undefined,
): Uint8Array | undefined {
  const [key] = valuesOf(client, settings.messageKeyFromMetadataKey);
  return key === undefined ? undefined : Buffer.from(key);
}

/** The same partition for the same key as upstream's default (`sarama_compat`: FNV-1a, 32 bits). */
export function partitionOf(key: Uint8Array, partitions: number): number {
  let hash = FNV_OFFSET_BASIS;
  for (const byte of key) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return Math.abs((hash | 0) % partitions);
}

function valuesOf(client: ClientInfo | undefined, key: string): readonly string[] {
  return key === '' ? [] : metadataValues(client, key);
}
