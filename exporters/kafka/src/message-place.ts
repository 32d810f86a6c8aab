import { type ClientInfo, metadataValues, SondeError } from '@sonde/pipeline';
import type { Partitioner, SignalTopic } from './config.ts';

/** Topics that clients may name to one exporter: each costs memory here and files on every broker. */
export const CLIENT_TOPICS_MAX = 1000;

/** Kafka's own rule for the names of topics. */
const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const MURMUR_SEED = 0x9747b28c;
const MURMUR_M = 0x5bd1e995;

/** The topic that the data's client names by its metadata; undefined where it names none. */
export function namedTopic(
  settings: SignalTopic,
  client: ClientInfo | undefined,
): string | undefined {
  const key = settings.topicFromMetadataKey;
  const [named] = valuesOf(client, key);
  return named === undefined ? undefined : checkedTopic(named, `metadata ${key}`);
}

/** Throws `INVALID_DATA` where Kafka has no topics of such a name. */
export function checkedTopic(name: string, from: string): string {
  if (TOPIC_NAME.test(name) && name !== '.' && name !== '..') return name;
  throw new SondeError('INVALID_DATA', `${from} names no topic that Kafka could have`);
}

/** The key of the messages of the data's client; undefined: they have none. */
export function messageKeyOf(
  settings: SignalTopic,
  client: ClientInfo | undefined,
): Uint8Array | undefined {
  const [key] = valuesOf(client, settings.messageKeyFromMetadataKey);
  return key === undefined ? undefined : Buffer.from(key);
}

/** Headers out of the metadata of the data's client, as `include_metadata_keys` says. */
export function metadataHeaders(
  keys: readonly string[],
  client: ClientInfo | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const key of keys) {
    const values = metadataValues(client, key);
    // A list in one line, as HTTP has it (RFC 9110, 5.3).
    if (values.length > 0) headers[key] = values.join(', ');
  }
  return headers;
}

/** The partition of a key; undefined where keys do not choose. */
export function partitionOf(
  partitioner: Partitioner,
  key: Uint8Array,
  partitions: number,
): number | undefined {
  switch (partitioner) {
    case 'sarama_compat':
      return fnvPartition(key, partitions);
    case 'murmur2':
      return (murmur2(key) & 0x7fffffff) % partitions;
    default:
      return undefined;
  }
}

/** The same as upstream's default (FNV-1a, 32 bits). */
export function fnvPartition(key: Uint8Array, partitions: number): number {
  let hash = FNV_OFFSET_BASIS;
  for (const byte of key) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return Math.abs((hash | 0) % partitions);
}

/** Austin Appleby's MurmurHash2 with the seed of Kafka's own client; signed. */
export function murmur2(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  let hash = MURMUR_SEED ^ key.length;
  let at = 0;
  for (; at + 4 <= key.length; at += 4) {
    const word = Math.imul(view.getUint32(at, true), MURMUR_M);
    hash = Math.imul(hash, MURMUR_M) ^ Math.imul(word ^ (word >>> 24), MURMUR_M);
  }
  if (at < key.length) {
    for (let rest = key.length - 1; rest >= at; rest -= 1) {
      hash ^= view.getUint8(rest) << (8 * (rest - at));
    }
    hash = Math.imul(hash, MURMUR_M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MURMUR_M);
  return hash ^ (hash >>> 15);
}

function valuesOf(client: ClientInfo | undefined, key: string): readonly string[] {
  return key === '' ? [] : metadataValues(client, key);
}
