import type { BufferRecord, NewRecord } from '../contract.ts';
import type { KafkaFailure } from './kafka-failure.ts';

export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/**
 * What one member of a group holds of one partition. The broker refuses commits of an earlier
 * generation, so a reader whose partition has moved on cannot commit.
 */
export interface Ownership {
  readonly memberId: string;
  /** Goes on with each rebalance that left the partition here. */
  generation: number;
  /** The partition is somebody else's: nothing may be committed any more. */
  isLost: boolean;
}

export interface CommittedOffset {
  readonly offset: number;
  readonly metadata: string;
}

export interface CommitRequest extends CommittedOffset, Place {
  readonly group: string;
  /** Absent for a reader outside of group membership; the broker takes it while nobody is a member. */
  readonly ownership?: Ownership | undefined;
}

export interface OffsetBounds {
  /** First offset that is still there. */
  readonly start: number;
  /** One past the last. */
  readonly end: number;
}

export interface FetchOptions extends Place {
  readonly from: number;
  /** At least one batch comes, however large. */
  readonly bytesMax: number;
  readonly waitMs: number;
}

export interface Fetched extends OffsetBounds {
  readonly records: readonly BufferRecord[];
  /** Where reading goes on: behind what came, records or not. */
  readonly next: number;
}

/** Reads over a connection of its own: a fetch that waits for records holds up nobody else. */
export interface Fetcher {
  /** Rejects with `OFFSET_OUT_OF_RANGE` (`KafkaFailure`) when `from` is not in the log. */
  fetch(options: FetchOptions): Promise<Fetched>;
  close(): Promise<void>;
}

export interface GroupRequest {
  readonly group: string;
  readonly topics: readonly string[];
  /** Topics that are there, or come, and are read beside `topics`. */
  readonly isWanted?: ((topic: string) => boolean) | undefined;
  /** Partitions that are this member's from now on. */
  readonly onAssigned: (place: Place, ownership: Ownership) => void;
  /** Partitions that are not any more; `isLost` is set already. */
  readonly onRevoked: (place: Place) => void;
  /** With why the group cannot be joined for now; undefined when it can again. */
  readonly onTrouble: (error: Error | undefined) => void;
}

export interface GroupMembership {
  /** Gives all partitions back and tells the others. Idempotent. */
  leave(): Promise<void>;
}

/** Where a record lies, or why it does not. */
export type Placed = number | KafkaFailure;

/** The part of a client that records go out by. */
export interface BatchProducer {
  /** As `KafkaClient`'s. */
  produce(place: Place, records: readonly NewRecord[]): Promise<readonly Placed[]>;
  /** Batches under way reject. Idempotent. */
  close(): void;
}

/**
 * A client of a Kafka cluster, as little as the buffer needs. Every call tries again by itself until
 * the client's timeout while brokers move or are away, then rejects with a `KafkaFailure`.
 */
export interface KafkaClient {
  /** Partitions of every topic there is, where the broker tells. */
  listTopics(): Promise<ReadonlyMap<string, number>>;
  /** How many partitions a topic has; undefined when there is none of the name. */
  describeTopic(topic: string): Promise<number | undefined>;
  /** Also when somebody else has just made it. */
  createTopic(topic: string, partitions: number): Promise<void>;
  addPartitions(topic: string, count: number): Promise<void>;
  /**
   * One batch; resolves when the brokers have answered, with what became of each record, in order. One
   * call a partition at a time. What was rejected or failed may be in the log, except where the
   * failure is an answer (`isAnswer`); later calls are never lost for it.
   */
  produce(place: Place, records: readonly NewRecord[]): Promise<readonly Placed[]>;
  /**
   * What tells a topic from one of the same name that was deleted, as the partition's leader knows it;
   * undefined where brokers know no ids (before Kafka 2.8).
   */
  topicId(place: Place): Promise<string | undefined>;
  bounds(place: Place): Promise<OffsetBounds>;
  committed(group: string, place: Place): Promise<CommittedOffset | undefined>;
  commit(request: CommitRequest): Promise<void>;
  openFetcher(): Fetcher;
  join(request: GroupRequest): GroupMembership;
  /** Calls under way reject. */
  close(): Promise<void>;
}
