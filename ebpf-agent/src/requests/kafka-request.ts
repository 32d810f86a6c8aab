import { ExchangeFlag } from '../records/layout.ts';
import { ByteReader } from './byte-reader.ts';
import { KafkaTopics } from './kafka-topics.ts';
import type { Meaning } from './meaning.ts';
import type { Outcome } from './outcome.ts';
import type { AnswerText, ProtocolConnection } from './request-protocol.ts';

/** Kinds of requests by their number; `flexible`: from which version on lengths are of variable size. */
interface Kind {
  readonly name: string;
  readonly flexible: number;
  /** From which version on an answer begins with how long the client was held back. */
  readonly throttled?: number;
  /** An answer begins with an error, but for that. */
  readonly hasError?: boolean;
}

const PRODUCE = 0;
const FETCH = 1;
const METADATA = 3;
const API_VERSIONS = 18;

/** From these versions on what is produced or fetched has a topic's id instead of its name. */
const BY_ID = 13;
/** From this version on an answer about topics has their ids. */
const METADATA_WITH_IDS = 10;
const ID_BYTES = 16;
const NO_ID = '\0'.repeat(ID_BYTES);

const KINDS: Readonly<Record<number, Kind>> = {
  0: { name: 'send', flexible: 9 },
  1: { name: 'poll', flexible: 12 },
  2: { name: 'list_offsets', flexible: 6 },
  3: { name: 'metadata', flexible: 9 },
  8: { name: 'commit', flexible: 8 },
  9: { name: 'offset_fetch', flexible: 6 },
  10: { name: 'find_coordinator', flexible: 3 },
  11: { name: 'join_group', flexible: 6, throttled: 2, hasError: true },
  12: { name: 'heartbeat', flexible: 4, throttled: 1, hasError: true },
  13: { name: 'leave_group', flexible: 4, throttled: 1, hasError: true },
  14: { name: 'sync_group', flexible: 4, throttled: 1, hasError: true },
  15: { name: 'describe_groups', flexible: 5 },
  16: { name: 'list_groups', flexible: 3, throttled: 1, hasError: true },
  17: { name: 'sasl_handshake', flexible: 99, hasError: true },
  18: { name: 'api_versions', flexible: 99, hasError: true },
  19: { name: 'create_topics', flexible: 5 },
  20: { name: 'delete_topics', flexible: 4 },
  22: { name: 'init_producer_id', flexible: 2, throttled: 0, hasError: true },
  24: { name: 'add_partitions_to_transaction', flexible: 3 },
  26: { name: 'end_transaction', flexible: 3, throttled: 0, hasError: true },
  32: { name: 'describe_configs', flexible: 4 },
  36: { name: 'sasl_authenticate', flexible: 2, hasError: true },
};

/** Errors of Kafka that people meet, by their number; the rest are called by it. */
const ERRORS: Readonly<Record<number, string>> = {
  1: 'OFFSET_OUT_OF_RANGE',
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  5: 'LEADER_NOT_AVAILABLE',
  6: 'NOT_LEADER_OR_FOLLOWER',
  7: 'REQUEST_TIMED_OUT',
  10: 'MESSAGE_TOO_LARGE',
  15: 'COORDINATOR_NOT_AVAILABLE',
  16: 'NOT_COORDINATOR',
  19: 'NOT_ENOUGH_REPLICAS',
  22: 'ILLEGAL_GENERATION',
  25: 'UNKNOWN_MEMBER_ID',
  27: 'REBALANCE_IN_PROGRESS',
  29: 'TOPIC_AUTHORIZATION_FAILED',
  35: 'UNSUPPORTED_VERSION',
  58: 'SASL_AUTHENTICATION_FAILED',
};

/** The beginning of topics' names as Kafka allows them. */
const TOPIC = /^[\w.-]{1,249}$/;

interface Head {
  readonly kind: number;
  readonly version: number;
  readonly isFlexible: boolean;
}

function headOf(reader: ByteReader): Head {
  const kind = reader.u16();
  const version = reader.u16();
  const isFlexible = version >= (KINDS[kind]?.flexible ?? 99);
  reader.skip(4);
  reader.skip(Math.max(0, reader.i16()));
  if (isFlexible) reader.varint();
  return { kind, version, isFlexible };
}

/** Kind and first topic: what a request means without anything that it sends. */
export function kafkaEssence(text: string): string {
  const reader = new ByteReader(text);
  const head = headOf(reader);
  const topic = head.kind <= FETCH ? topicOf(reader, head) : '';
  return `${head.kind}\0${TOPIC.test(topic) ? topic : ''}`;
}

/** As `kafkaEssence` gives it. */
export function kafkaRequest(essence: string): Meaning {
  const [kind = '', target = ''] = essence.split('\0', 2);
  return { operation: KINDS[Number(kind)]?.name ?? '_OTHER', target, text: '' };
}

/** What clients were told of the topics' ids, on any connection: they ask one broker, and fetch from all. */
const topics = new KafkaTopics();

/** Names what is produced or fetched by a topic's id, once an answer has told whose it is. */
export function kafkaTopic(_: ProtocolConnection, text: string, meaning: Meaning): Meaning {
  // Kind and version, each in two bytes, the first of them 0.
  if (text.charCodeAt(1) > FETCH || text.charCodeAt(3) < BY_ID) return meaning;
  const reader = new ByteReader(text);
  const head = headOf(reader);
  if (head.kind > FETCH || !findTopic(reader, head)) return meaning;
  const target = topics.nameOf(reader.bytes(ID_BYTES));
  return target === '' ? meaning : { ...meaning, target };
}

/** Of what is produced or fetched the first topic; empty where it has an id instead of a name. */
function topicOf(reader: ByteReader, head: Head): string {
  const isNamed = head.version < BY_ID && findTopic(reader, head);
  return isNamed ? text(reader, head.isFlexible) : '';
}

/** Goes to the first topic of what is produced or fetched; false when there is none. */
function findTopic(reader: ByteReader, { kind, version, isFlexible }: Head): boolean {
  if (kind === PRODUCE) {
    if (version >= 3) text(reader, isFlexible);
    // Acknowledgements and patience.
    reader.skip(6);
  } else {
    // Replica, to version 14; patience, least bytes; most bytes; isolation; session.
    const sinceThird = (version >= 3 ? 4 : 0) + (version >= 4 ? 1 : 0) + (version >= 7 ? 8 : 0);
    reader.skip((version >= 15 ? 8 : 12) + sinceThird);
  }
  return count(reader, isFlexible) > 0;
}

/** Learns the id of the first topic that an answer about topics tells of, as far as it is seen. */
function learnTopic(reader: ByteReader): void {
  // How long the client was held back.
  reader.skip(4);
  const brokers = count(reader, true);
  for (let i = 0; i < brokers && !reader.isCut; i++) {
    reader.skip(4);
    text(reader, true);
    reader.skip(4);
    text(reader, true);
    skipTags(reader);
  }
  // The cluster's name, its controller.
  text(reader, true);
  reader.skip(4);
  if (count(reader, true) < 1 || reader.skip(2).isCut) return;
  const name = text(reader, true);
  const id = reader.bytes(ID_BYTES);
  if (!reader.isCut && id !== NO_ID && TOPIC.test(name)) topics.learn(id, name);
}

/** Fields that later versions added: each its number, its length and its bytes. */
function skipTags(reader: ByteReader): void {
  for (let left = reader.varint(); left > 0 && !reader.isCut; left--) {
    reader.varint();
    reader.skip(reader.varint());
  }
}

function text(reader: ByteReader, isFlexible: boolean): string {
  return reader.bytes(isFlexible ? reader.varint() - 1 : reader.i16());
}

function count(reader: ByteReader, isFlexible: boolean): number {
  return isFlexible ? reader.varint() - 1 : reader.i32();
}

/** The error that an answer begins with, or that of the first partition; remembers ids of topics. */
export function kafkaAnswer({ request, answer }: AnswerText, outcome: Outcome): Outcome {
  const head = headOf(new ByteReader(request));
  const reader = new ByteReader(answer);
  if (head.kind === METADATA && head.version >= METADATA_WITH_IDS) {
    skipTags(reader);
    learnTopic(reader);
    return outcome;
  }
  const error = errorOf(reader, head);
  if (error === 0 || reader.isCut) return outcome;
  const flags = outcome.flags | ExchangeFlag.failed;
  return { ...outcome, flags, code: ERRORS[error] ?? String(error) };
}

function errorOf(reader: ByteReader, { kind, version, isFlexible }: Head): number {
  const known = KINDS[kind];
  if (isFlexible && kind !== API_VERSIONS) reader.varint();
  if (kind === PRODUCE) {
    if (count(reader, isFlexible) < 1) return 0;
    if (version < BY_ID) text(reader, isFlexible);
    else reader.skip(ID_BYTES);
    if (count(reader, isFlexible) < 1) return 0;
    return reader.skip(4).i16();
  }
  if (kind === FETCH) return version >= 7 ? reader.skip(4).i16() : 0;
  if (known?.hasError !== true) return 0;
  if (version >= (known.throttled ?? 99)) reader.skip(4);
  return reader.i16();
}
