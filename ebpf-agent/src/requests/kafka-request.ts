import { ExchangeFlag } from '../records/layout.ts';
import { ByteReader } from './byte-reader.ts';
import type { Meaning } from './meaning.ts';
import type { Outcome } from './outcome.ts';
import type { AnswerText } from './request-protocol.ts';

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
const API_VERSIONS = 18;

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

/** Of what is produced or fetched the first topic; empty where it has a number instead of a name. */
function topicOf(reader: ByteReader, { kind, version, isFlexible }: Head): string {
  if (kind === PRODUCE) {
    if (version >= 13) return '';
    if (version >= 3) text(reader, isFlexible);
    // Acknowledgements and patience.
    reader.skip(6);
  } else {
    if (version >= 13) return '';
    // Replica, patience, least bytes; most bytes; isolation; session.
    reader.skip(12 + (version >= 3 ? 4 : 0) + (version >= 4 ? 1 : 0) + (version >= 7 ? 8 : 0));
  }
  return count(reader, isFlexible) > 0 ? text(reader, isFlexible) : '';
}

function text(reader: ByteReader, isFlexible: boolean): string {
  return reader.bytes(isFlexible ? reader.varint() - 1 : reader.i16());
}

function count(reader: ByteReader, isFlexible: boolean): number {
  return isFlexible ? reader.varint() - 1 : reader.i32();
}

/** The error that an answer begins with, or that of the first partition. */
export function kafkaAnswer({ request, answer }: AnswerText, outcome: Outcome): Outcome {
  const head = headOf(new ByteReader(request));
  const reader = new ByteReader(answer);
  const error = errorOf(reader, head);
  if (error === 0 || reader.isCut) return outcome;
  const flags = outcome.flags | ExchangeFlag.failed;
  return { ...outcome, flags, code: ERRORS[error] ?? String(error) };
}

function errorOf(reader: ByteReader, { kind, version, isFlexible }: Head): number {
  const known = KINDS[kind];
  if (isFlexible && kind !== API_VERSIONS) reader.varint();
  if (kind === PRODUCE && version < 13) {
    if (count(reader, isFlexible) < 1) return 0;
    text(reader, isFlexible);
    if (count(reader, isFlexible) < 1) return 0;
    return reader.skip(4).i16();
  }
  if (kind === FETCH) return version >= 7 ? reader.skip(4).i16() : 0;
  if (known?.hasError !== true) return 0;
  if (version >= (known.throttled ?? 99)) reader.skip(4);
  return reader.i16();
}
