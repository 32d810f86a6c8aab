/**
 * The buffer: Kafka's semantics (topics, partitions, offsets, consumer groups) with write intents.
 * Two implementations keep it: the embedded log and Kafka. `contract-suite.ts` runs on both.
 */

/** Largest value of one record. A longer request is refused at the edge as too large. */
export const RECORD_BYTES_MAX: number = 32 * 1024 * 1024;

export interface NewRecord {
  readonly key?: Uint8Array;
  readonly value: Uint8Array;
  /** Text headers: `tenant`, `items`, `content-type`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Time of receipt. Milliseconds since the epoch; never changed after it was written. */
  readonly timestampUnixMs: number;
}

export interface BufferRecord extends NewRecord {
  /** Grows by one in each partition, from 0; below 2^53. */
  readonly offset: number;
}

/**
 * A durable promise to process exactly `[from, to)`, with what the transformation depends on. After
 * a crash exactly that range is processed first, so a store that remembers the range's token takes
 * it once.
 */
export interface Intent {
  readonly from: number;
  readonly to: number;
  /** Digest of the configuration that transforms the range. */
  readonly configVersion: string;
  /** Version of the settings that transform the range. */
  readonly settingsVersion: number;
  /** Of the topic that the range is of, as `PartitionReader.topicId`; set by the reader. */
  readonly topicId?: string;
}

export interface ReadOptions {
  /** At least one record is returned if there is one, however large. */
  readonly bytesMax: number;
  readonly recordsMax: number;
  /** How long to wait for the first record; an empty answer means there was none. */
  readonly waitMs: number;
  /** Ends the wait: the answer is empty, or the records that had come. */
  readonly signal?: AbortSignal;
}

/**
 * One partition as one consumer group sees it; owned by one reader at a time. Read, `begin` an
 * intent, process, `commit`: in that order, one range at a time.
 */
export interface PartitionReader {
  readonly topic: string;
  readonly partition: number;
  /**
   * What tells the topic's offsets from those of one of the same name before it: Kafka's id of the
   * topic, the embedded log's of the partition. Undefined where nobody can tell.
   */
  readonly topicId?: string | undefined;
  /** The first offset that is not committed. */
  position(): number;
  /** The intent that was begun and not committed before this reader was opened: process it first. */
  pendingIntent(): Intent | undefined;
  /** Records from `from` on, in order. Skips (and counts) what the log lost to a corrupt page. */
  read(from: number, options: ReadOptions): Promise<readonly BufferRecord[]>;
  /** Durable when it resolves. Throws when another intent is open or `from` is not the position. */
  begin(intent: Intent): Promise<void>;
  /**
   * Ends the open intent; the position is `to`, from the intent's `from` (nothing of it was
   * processed: a smaller range follows) to its `to`. With `next` the intent that starts there is
   * begun in the same step: either both are durable or none is. Durable when it resolves.
   */
  commit(to: number, next?: Intent): Promise<void>;
  close(): Promise<void>;
}

export interface TopicOptions {
  /** Never shrinks. */
  readonly partitions: number;
}

export interface PartitionState {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly sizeBytes: number;
  /** Records that a corrupt or torn page cost. */
  readonly lostRecords: number;
  /** Position of each consumer group. */
  readonly groups: Readonly<Record<string, number>>;
}

export interface Buffer {
  /** Idempotent; more partitions than before are added. */
  createTopic(topic: string, options: TopicOptions): Promise<void>;
  partitionCount(topic: string): number;
  /**
   * Resolves with the offset of the first record when all are durable (the embedded log: fsynced;
   * Kafka: acknowledged by all in-sync replicas). Rejects with `BufferError`.
   */
  append(topic: string, partition: number, records: readonly NewRecord[]): Promise<number>;
  /** Rejects when the partition has a reader in this group already. */
  openReader(group: string, topic: string, partition: number): Promise<PartitionReader>;
  state(): readonly PartitionState[];
  /** Waits for appends in flight; afterwards everything rejects with `BUFFER_CLOSED`. */
  close(): Promise<void>;
}

export type BufferErrorCode =
  /** No room on the disk, or the size limit is reached. Retryable. */
  | 'BUFFER_FULL'
  /** A record over `RECORD_BYTES_MAX`. Permanent. */
  | 'RECORD_TOO_LARGE'
  | 'UNKNOWN_TOPIC'
  /** Another process holds the folder. */
  | 'BUFFER_LOCKED'
  | 'BUFFER_CLOSED'
  /**
   * The offsets began anew (the topic was deleted and made again, or its log was cut): nothing that
   * was read or begun before counts any more, reading goes on at `position`. Permanent.
   */
  | 'POSITION_RESET'
  /** A call out of order: an intent that does not fit, a second reader. A bug of the caller. */
  | 'BUFFER_MISUSE'
  /** The disk or broker failed. Retryable. */
  | 'BUFFER_IO';

export class BufferError extends Error {
  readonly code: BufferErrorCode;
  readonly retryable: boolean;

  constructor(code: BufferErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BufferError';
    this.code = code;
    this.retryable = code === 'BUFFER_FULL' || code === 'BUFFER_IO';
  }
}
