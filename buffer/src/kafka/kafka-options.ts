import type { ConnectionOptions } from 'node:tls';
import { RECORD_BYTES_MAX } from '../contract.ts';
import { PARTITIONS_MAX } from '../embedded/embedded-log.ts';

export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];
export type Packing = Exclude<Compression, 'none'>;

/** Numbers of codecs in a batch's attributes. */
export const CODECS: Readonly<Record<Compression, number>> = {
  none: 0,
  gzip: 1,
  snappy: 2,
  lz4: 3,
  zstd: 4,
};

/** What a packed batch may unpack to. */
export const UNPACKED_BYTES_MAX: number = 256 * 1024 * 1024;

/** Packs and unpacks the records of batches, as Kafka has each format. */
export interface Packer {
  /** `level` is the packing's own; undefined its default. */
  pack(bytes: Uint8Array, packing: Packing, level: number | undefined): Promise<Uint8Array>;
  /** Rejects when the bytes are corrupt or unpack to more than `bytesMax`. */
  unpack(bytes: Buffer, packing: Packing, bytesMax: number): Promise<Buffer>;
}

export const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

export interface SaslOptions {
  readonly mechanism: (typeof SASL_MECHANISMS)[number];
  readonly username: string;
  readonly password: string;
}

/** Who speaks the protocol where records go out; everything else is kafkajs' part. */
export const KAFKA_CLIENTS = ['kafkajs', 'librdkafka'] as const;

export interface KafkaOptions {
  /** `librdkafka` wants `npm run setup:librdkafka`. */
  readonly client: (typeof KAFKA_CLIENTS)[number];
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Absent for plain text. */
  readonly tls?: ConnectionOptions;
  readonly sasl?: SaslOptions;
  /** How long one call tries while brokers move or are away. Milliseconds. */
  readonly timeoutMs: number;
  /** `all` in-sync replicas with an idempotent producer, or the `leader` alone without. */
  readonly acks: 'all' | 'leader';
  /** Any but `none` needs a `packer`. */
  readonly compression: Compression;
  readonly compressionLevel?: number;
  /** Without one nothing is packed, and of packed batches only those of gzip are read. */
  readonly packer?: Packer;
  /** A longer value is refused with `RECORD_TOO_LARGE`. */
  readonly recordBytesMax: number;
  /** Records of several appends are sent together up to this size. */
  readonly batchBytesMax: number;
  /** Of appends that are not acknowledged yet; more wait. */
  readonly inFlightBytesMax: number;
  /** Where a group starts that has committed nothing. */
  readonly initialOffset: 'earliest' | 'latest';
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  /**
   * How long a log must end before a group's position to count as cut: a broker that has just become
   * the leader may not show its end yet. Milliseconds.
   */
  readonly cutAfterMs: number;
  /** Keeps its partitions for a member that comes back within the session; absent: nobody waits. */
  readonly groupInstanceId?: string;
  readonly rackId: string;
}

export const DEFAULT_KAFKA_OPTIONS: KafkaOptions = {
  client: 'kafkajs',
  brokers: ['localhost:9092'],
  clientId: 'sonde',
  timeoutMs: 10_000,
  acks: 'all',
  compression: 'none',
  recordBytesMax: RECORD_BYTES_MAX,
  batchBytesMax: 1_000_000,
  inFlightBytesMax: 64 * 1024 * 1024,
  initialOffset: 'earliest',
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 3000,
  rebalanceTimeoutMs: 30_000,
  cutAfterMs: 60_000,
  rackId: '',
};

export const KAFKA_PARTITIONS_MAX: number = PARTITIONS_MAX;

/** Headers, key and framing of a record, when a topic is made for records of a size. */
export const RECORD_OVERHEAD_BYTES: number = 128 * 1024;
