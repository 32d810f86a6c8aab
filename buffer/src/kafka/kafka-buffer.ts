import {
  type Buffer as BufferContract,
  BufferError,
  type NewRecord,
  type PartitionReader,
  type PartitionState,
  type TopicOptions,
} from '../contract.ts';
import { ByteGate } from '../embedded/byte-gate.ts';
import { AppendQueue } from './append-queue.ts';
import type { PositionReset } from './group-position.ts';
import type { GroupMembership, KafkaClient, Ownership, Place } from './kafka-client.ts';
import { KafkaFailure, toBufferError } from './kafka-failure.ts';
import { DEFAULT_KAFKA_OPTIONS, KAFKA_PARTITIONS_MAX, type KafkaOptions } from './kafka-options.ts';
import { KafkaReader } from './kafka-reader.ts';
import { KafkaJsClient } from './kafkajs-client.ts';
import { PartitionView } from './partition-view.ts';
import { recordBytesOf } from './record-bytes.ts';

/** Kafka's rule. */
const TOPIC_PATTERN: RegExp = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;
/** After a topic was made, brokers hear of it one after the other. */
const SETTLE_TRIES_MAX = 100;
const SETTLE_PAUSE_MS = 50;
/** Readers that are opened again after a failure, in a membership. */
const REOPEN_PAUSE_MS = 1000;

export interface JoinOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Topics that are there, or come, and are read beside `topics`. */
  readonly isWanted?: (topic: string) => boolean;
  /** A reader of a partition that is this process's from now on; closed by who gets it. */
  readonly onReader: (reader: PartitionReader) => void;
  /** The reader's partition is somebody else's: it answers nothing any more. */
  readonly onRevoked: (reader: PartitionReader) => void;
  /** The group's position in a partition that is read here began anew. */
  readonly onReset?: (place: Place, reset: PositionReset) => void;
  readonly onTrouble: (error: Error | undefined) => void;
}

/** What a reader has from the membership that it is of. */
interface Belonging {
  readonly ownership: Ownership | undefined;
  readonly onReset: (place: Place, reset: PositionReset) => void;
}

const BELONGS_TO_NOBODY: Belonging = { ownership: undefined, onReset: () => {} };

interface TopicEntry {
  partitions: number;
  readonly queues: Map<number, AppendQueue>;
  readonly views: Map<number, PartitionView>;
}

/**
 * The buffer on Kafka: records in topics, positions and intents in the group's committed offsets.
 * What `append` acknowledged is on all in-sync replicas.
 */
export class KafkaBuffer implements BufferContract {
  readonly #client: KafkaClient;
  readonly #options: KafkaOptions;
  /** Topics by name: those the cluster had when it was opened, and those asked for since. */
  readonly #topics: Map<string, TopicEntry> = new Map();
  readonly #readers: Map<string, KafkaReader | 'opening'> = new Map();
  readonly #memberships: Set<GroupMembership> = new Set();
  readonly #gate: ByteGate;
  #creating: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** Connects. Rejects with `BUFFER_IO` when no broker answers in time. */
  static async open(
    options: Partial<KafkaOptions>,
    makeClient: (options: KafkaOptions) => KafkaClient = (all) => new KafkaJsClient(all),
  ): Promise<KafkaBuffer> {
    const all = { ...DEFAULT_KAFKA_OPTIONS, ...options };
    const client = clientOf(all, makeClient);
    try {
      const buffer = new KafkaBuffer(client, all);
      for (const [topic, count] of await client.listTopics()) buffer.#note(topic, count);
      return buffer;
    } catch (error) {
      await client.close();
      throw toBufferError(error, `connecting to Kafka at ${all.brokers.join(', ')}`);
    }
  }

  private constructor(client: KafkaClient, options: KafkaOptions) {
    this.#client = client;
    this.#options = options;
    this.#gate = new ByteGate(options.inFlightBytesMax);
  }

  /** A new topic has three replicas, or as many as there are brokers. */
  createTopic(topic: string, { partitions }: TopicOptions): Promise<void> {
    const created = this.#creating.then(() => this.#create(topic, partitions));
    this.#creating = created.catch(() => undefined);
    return created;
  }

  /** Asks the cluster for a topic that somebody else may have made; false when there is none. */
  async findTopic(topic: string): Promise<boolean> {
    this.#refuseWhenClosed();
    try {
      const count = await this.#client.describeTopic(topic);
      if (count !== undefined) this.#note(topic, count);
      return count !== undefined;
    } catch (error) {
      throw toBufferError(error, `looking for the topic ${topic}`);
    }
  }

  partitionCount(topic: string): number {
    return this.#topic(topic).partitions;
  }

  /** The bytes of values must not change until the promise settles. */
  append(topic: string, partition: number, records: readonly NewRecord[]): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#refuseWhenClosed();
      const queue = this.#queue({ topic, partition });
      if (records.length === 0) throw new BufferError('BUFFER_MISUSE', 'no records to append');
      const bytesOf = (record: NewRecord): number =>
        recordBytesOf(record, this.#options.recordBytesMax);
      const bytes = records.reduce((sum, record) => sum + bytesOf(record), 0);
      this.#gate.pass(bytes, () =>
        queue.push(records, {
          bytesOf,
          resolve: (offset) => {
            resolve(offset);
            this.#gate.leave(bytes);
          },
          reject: (error) => {
            reject(error);
            this.#gate.leave(bytes);
          },
        }),
      );
    });
  }

  openReader(group: string, topic: string, partition: number): Promise<PartitionReader> {
    return this.#openReader(group, { topic, partition }, BELONGS_TO_NOBODY);
  }

  /**
   * Becomes a member of the group and reads the partitions that fall to this process, as long as
   * they do. While a group has members, `openReader` of anybody else is refused by the broker.
   */
  join(options: JoinOptions): GroupMembership {
    const { group, topics, isWanted, onReader, onRevoked, onTrouble } = options;
    const onReset = options.onReset ?? BELONGS_TO_NOBODY.onReset;
    this.#refuseWhenClosed();
    const readers = new Map<string, PartitionReader>();
    const open = (place: Place, ownership: Ownership): void => {
      const belonging = { ownership, onReset, onTrouble };
      const opened = this.#openUntilLost(group, place, belonging);
      void opened.then((reader) => {
        if (reader === undefined) return;
        readers.set(`${place.topic}/${place.partition}`, reader);
        onReader(reader);
        if (ownership.isLost) onRevoked(reader);
      });
    };
    const membership = this.#client.join({
      group,
      topics,
      isWanted,
      onTrouble,
      onAssigned: open,
      onRevoked: ({ topic, partition }) => {
        const key = `${topic}/${partition}`;
        const reader = readers.get(key);
        readers.delete(key);
        if (reader !== undefined) onRevoked(reader);
      },
    });
    this.#memberships.add(membership);
    return membership;
  }

  state(): readonly PartitionState[] {
    return [...this.#topics.values()].flatMap(({ views }) =>
      [...views.values()].map((view) => view.state()),
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#creating;
    await this.#answerAppends();
    for (const membership of this.#memberships) await membership.leave();
    for (const reader of this.#readers.values()) if (reader !== 'opening') await reader.close();
    await this.#client.close();
  }

  /** Batches that no broker takes are not waited for one after the other. */
  async #answerAppends(): Promise<void> {
    const timer = setTimeout(() => void this.#client.close(), this.#options.timeoutMs);
    await this.#gate.empty();
    clearTimeout(timer);
  }

  async #create(topic: string, partitions: number): Promise<void> {
    this.#refuseWhenClosed();
    if (!TOPIC_PATTERN.test(topic)) {
      throw new BufferError('BUFFER_MISUSE', `${JSON.stringify(topic)} is no name of a topic`);
    }
    if (!Number.isInteger(partitions) || partitions < 1 || partitions > KAFKA_PARTITIONS_MAX) {
      throw new BufferError('BUFFER_MISUSE', `a topic has 1 to ${KAFKA_PARTITIONS_MAX} partitions`);
    }
    try {
      const count = await this.#client.describeTopic(topic);
      if (count === undefined) {
        // One of that name that was deleted had partitions of its own.
        this.#topics.delete(topic);
        await this.#client.createTopic(topic, partitions);
      } else if (count < partitions) await this.#client.addPartitions(topic, partitions);
      this.#note(topic, await this.#settledCount(topic, partitions));
    } catch (error) {
      throw toBufferError(error, `making the topic ${topic}`);
    }
    const entry = this.#topic(topic);
    for (let partition = 0; partition < entry.partitions; partition += 1) {
      await this.#view({ topic, partition });
    }
  }

  async #settledCount(topic: string, wanted: number): Promise<number> {
    let count = 0;
    for (let tries = 0; tries < SETTLE_TRIES_MAX && count < wanted; tries += 1) {
      if (tries > 0) await new Promise((resolve) => setTimeout(resolve, SETTLE_PAUSE_MS));
      count = (await this.#client.describeTopic(topic)) ?? 0;
    }
    if (count > 0) return count;
    throw new KafkaFailure('UNKNOWN_TOPIC_OR_PARTITION', 'it was made and is not there');
  }

  async #openReader(
    group: string,
    place: Place,
    { ownership, onReset }: Belonging,
  ): Promise<PartitionReader> {
    this.#refuseWhenClosed();
    const { topic, partition } = place;
    if (partition >= this.#topic(topic).partitions) {
      throw new BufferError('UNKNOWN_TOPIC', `${topic} has no partition ${partition}`);
    }
    const key = `${topic}/${partition}/${group}`;
    if (this.#readers.has(key)) {
      throw new BufferError('BUFFER_MISUSE', `group ${group} reads ${topic}/${partition} already`);
    }
    this.#readers.set(key, 'opening');
    try {
      const view = await this.#view(place);
      const onClose = (): void => {
        this.#readers.delete(key);
        // Who reads it from now on commits elsewhere: what is known here grows old.
        view.groups.delete(group);
      };
      const { initialOffset, cutAfterMs } = this.#options;
      const reader = await KafkaReader.open({
        group,
        client: this.#client,
        view,
        partitions: this.#topic(topic).partitions,
        initialOffset,
        ownership,
        cutAfterMs,
        onReset: (reset) => onReset(place, reset),
        onClose,
      });
      this.#readers.set(key, reader);
      return reader;
    } catch (error) {
      this.#readers.delete(key);
      throw toBufferError(error, `opening ${topic}/${partition} for ${group}`);
    }
  }

  /** A member's partition: opened however long that takes, unless it is lost meanwhile. */
  async #openUntilLost(
    group: string,
    place: Place,
    belonging: Belonging & Pick<JoinOptions, 'onTrouble'> & { readonly ownership: Ownership },
  ): Promise<PartitionReader | undefined> {
    const { ownership, onTrouble } = belonging;
    while (!ownership.isLost && this.#closing === undefined) {
      try {
        await this.findTopic(place.topic);
        const reader = await this.#openReader(group, place, belonging);
        onTrouble(undefined);
        return reader;
      } catch (thrown) {
        if (ownership.isLost || this.#closing !== undefined) return undefined;
        onTrouble(toBufferError(thrown, `opening ${place.topic}/${place.partition}`));
        await new Promise((resolve) => setTimeout(resolve, REOPEN_PAUSE_MS));
      }
    }
    return undefined;
  }

  #note(topic: string, partitions: number): void {
    const known = this.#topics.get(topic);
    if (known === undefined) {
      this.#topics.set(topic, { partitions, queues: new Map(), views: new Map() });
    } else {
      // Fewer than before has one that was deleted and made anew.
      known.partitions = partitions;
    }
  }

  #topic(name: string): TopicEntry {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new BufferError('UNKNOWN_TOPIC', `there is no topic ${name}`);
    return topic;
  }

  async #view(place: Place): Promise<PartitionView> {
    const { views } = this.#topic(place.topic);
    const known = views.get(place.partition);
    if (known !== undefined) return known;
    const view = new PartitionView(place);
    try {
      view.note(await this.#client.bounds(place));
    } catch (error) {
      throw toBufferError(error, `asking for the offsets of ${place.topic}/${place.partition}`);
    }
    views.set(place.partition, view);
    return view;
  }

  #queue(place: Place): AppendQueue {
    const topic = this.#topic(place.topic);
    if (place.partition < 0 || place.partition >= topic.partitions) {
      throw new BufferError('UNKNOWN_TOPIC', `${place.topic} has no partition ${place.partition}`);
    }
    const known = topic.queues.get(place.partition);
    if (known !== undefined) return known;
    const queue = new AppendQueue({
      name: `${place.topic}/${place.partition}`,
      batchBytesMax: this.#options.batchBytesMax,
      produce: async (records) => {
        const placed = await this.#client.produce(place, records);
        const view = topic.views.get(place.partition);
        for (const at of placed) if (typeof at === 'number') view?.note({ start: 0, end: at + 1 });
        return placed;
      },
    });
    topic.queues.set(place.partition, queue);
    return queue;
  }

  #refuseWhenClosed(): void {
    if (this.#closing !== undefined) {
      throw new BufferError('BUFFER_CLOSED', 'the buffer is closed');
    }
  }
}

function clientOf(
  options: KafkaOptions,
  make: (options: KafkaOptions) => KafkaClient,
): KafkaClient {
  try {
    return make(options);
  } catch (error) {
    throw toBufferError(error, `making a client of Kafka at ${options.brokers.join(', ')}`);
  }
}
