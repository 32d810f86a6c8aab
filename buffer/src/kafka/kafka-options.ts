import type { ConnectionOptions } from 'node:tls';
import { RECORD_BYTES_MAX } from '../contract.ts';
import { PARTITIONS_MAX } from '../embedded/embedded-log.ts';

export const COMPRESSIONS = ['none', 'gzip', 'lz4'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

export interface SaslOptions {
  readonly mechanism: (typeof SASL_MECHANISMS)[number];
  readonly username: string;
  readonly password: string;
}

export interface KafkaOptions {
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
  readonly compression: Compression;
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
  readonly rackId: string;
}

export const DEFAULT_KAFKA_OPTIONS: KafkaOptions = {
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
  rackId: '',
};

export const KAFKA_PARTITIONS_MAX: number = PARTITIONS_MAX;

/** Headers, key and framing of a record, when a topic is made for records of a size. */
export const RECORD_OVERHEAD_BYTES: number = 128 * 1024;
