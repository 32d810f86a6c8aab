import type { NewRecord } from '../contract.ts';
import type {
  BatchProducer,
  CommitRequest,
  CommittedOffset,
  Fetcher,
  GroupMembership,
  GroupRequest,
  KafkaClient,
  OffsetBounds,
  Place,
  Placed,
} from './kafka-client.ts';
import { KafkaFailure } from './kafka-failure.ts';
import { type KafkaOptions, RECORD_OVERHEAD_BYTES } from './kafka-options.ts';
import { installCodecs } from './kafkajs-codecs.ts';
import { KafkaJsFetcher } from './kafkajs-fetcher.ts';
import { type BrokerWork, KafkaJsLink } from './kafkajs-link.ts';
import { KafkaJsMember } from './kafkajs-member.ts';
import type { KafkaJsBroker, MetadataResponse } from './kafkajs-modules.ts';
import { KafkaJsProducer } from './kafkajs-producer.ts';
import { RdKafkaConsumers } from './rdkafka-consumers.ts';
import { RdKafkaFetcher } from './rdkafka-fetcher.ts';
import { RdKafkaProducer } from './rdkafka-producer.ts';
import { askTopicId } from './topic-id.ts';

const EARLIEST = '-2';
const LATEST = '-1';
const REPLICAS_MAX = 3;
/** Of a commit by nobody's member. */
const NO_GENERATION = -1;
const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';

/** Sonde's client on kafkajs' protocol and connections. */
export class KafkaJsClient implements KafkaClient {
  readonly #options: KafkaOptions;
  readonly #link: KafkaJsLink;
  readonly #producer: BatchProducer;
  /** By which records are read where it is not kafkajs. */
  readonly #consumers: RdKafkaConsumers | undefined;

  constructor(options: KafkaOptions) {
    installCodecs(options.packer);
    this.#options = options;
    this.#link = new KafkaJsLink(options);
    const isNative = options.client === 'librdkafka';
    this.#producer = isNative
      ? new RdKafkaProducer(options)
      : new KafkaJsProducer(this.#link, options);
    this.#consumers = isNative ? new RdKafkaConsumers(options) : undefined;
  }

  async listTopics(): Promise<ReadonlyMap<string, number>> {
    const { topicMetadata } = await this.#link.withAny(everything);
    return new Map(
      topicMetadata.map(({ topic, partitionMetadata }) => [topic, partitionMetadata.length]),
    );
  }

  describeTopic(topic: string): Promise<number | undefined> {
    return this.#link.withAny(async (broker) => {
      try {
        const { topicMetadata } = await broker.metadata([topic]);
        return topicMetadata.find((found) => found.topic === topic)?.partitionMetadata.length;
      } catch (error) {
        if (KafkaFailure.from(error).type === UNKNOWN_TOPIC) return undefined;
        throw error;
      }
    });
  }

  async createTopic(topic: string, partitions: number): Promise<void> {
    const bytesMax = this.#options.recordBytesMax + RECORD_OVERHEAD_BYTES;
    const configEntries = [{ name: 'max.message.bytes', value: String(bytesMax) }];
    const { brokers } = await this.#link.withAny(everything);
    const replicationFactor = Math.min(REPLICAS_MAX, Math.max(1, brokers.length));
    const wanted = { topic, numPartitions: partitions, replicationFactor, configEntries };
    await this.#onController(async (broker) => {
      try {
        await broker.createTopics({ topics: [wanted], timeout: this.#options.timeoutMs });
      } catch (error) {
        if (KafkaFailure.from(error).type !== 'TOPIC_ALREADY_EXISTS') throw error;
      }
    });
  }

  async addPartitions(topic: string, count: number): Promise<void> {
    const topicPartitions = [{ topic, count }];
    await this.#onController(async (broker) => {
      await broker.createPartitions({ topicPartitions, timeout: this.#options.timeoutMs });
    });
  }

  produce(place: Place, records: readonly NewRecord[]): Promise<readonly Placed[]> {
    return this.#producer.produce(place, records);
  }

  topicId(place: Place): Promise<string | undefined> {
    return this.#link.withLeader(place, (broker) => askTopicId(broker, place.topic));
  }

  async bounds(place: Place): Promise<OffsetBounds> {
    const start = await this.#offsetAt(place, EARLIEST);
    return { start, end: await this.#offsetAt(place, LATEST) };
  }

  async committed(group: string, place: Place): Promise<CommittedOffset | undefined> {
    const { topic, partition } = place;
    const topics = [{ topic, partitions: [{ partition }] }];
    const { responses } = await this.#link.withCoordinator(group, topic, (broker) =>
      broker.offsetFetch({ groupId: group, topics }),
    );
    const found = responses[0]?.partitions[0];
    if (found === undefined || Number(found.offset) < 0) return undefined;
    return { offset: Number(found.offset), metadata: found.metadata ?? '' };
  }

  async commit(request: CommitRequest): Promise<void> {
    const { group, topic, partition, offset, metadata, ownership } = request;
    const partitions = [{ partition, offset: String(offset), metadata }];
    await this.#link.withCoordinator(group, topic, (broker) =>
      broker.offsetCommit({
        groupId: group,
        // Read anew with each try: a rebalance may have left the partition here.
        groupGenerationId: ownership?.generation ?? NO_GENERATION,
        memberId: ownership?.memberId ?? '',
        topics: [{ topic, partitions }],
      }),
    );
  }

  openFetcher(): Fetcher {
    return this.#consumers === undefined
      ? new KafkaJsFetcher(this.#options)
      : new RdKafkaFetcher(this.#consumers);
  }

  join(request: GroupRequest): GroupMembership {
    return new KafkaJsMember(this.#options, request, {
      describe: (topic) => this.describeTopic(topic),
      list: async () => [...(await this.listTopics()).keys()],
    });
  }

  close(): Promise<void> {
    this.#producer.close();
    this.#consumers?.close();
    return this.#link.close();
  }

  /** Any broker passes it on to the controller; old clusters want to be asked at the right one. */
  async #onController(work: BrokerWork<void>): Promise<void> {
    const isDone = await this.#link.withAny(async (broker) => {
      try {
        await work(broker);
        return true;
      } catch (error) {
        if (KafkaFailure.from(error).type === 'NOT_CONTROLLER') return false;
        throw error;
      }
    });
    if (!isDone) await this.#link.withController(work);
  }

  async #offsetAt(place: Place, timestamp: string): Promise<number> {
    const { topic, partition } = place;
    const topics = [{ topic, partitions: [{ partition, timestamp }] }];
    const { responses } = await this.#link.withLeader(place, (broker) =>
      broker.listOffsets({ replicaId: -1, isolationLevel: 1, topics }),
    );
    const offset = responses[0]?.partitions[0]?.offset;
    if (offset === undefined) throw new KafkaFailure('UNKNOWN', 'an answer without an offset');
    return Number(offset);
  }
}

/** There as soon as anybody has committed an offset; asked about to learn of the brokers. */
const OFFSETS_TOPIC = '__consumer_offsets';

/**
 * All topics and brokers. One partition without a leader, anywhere, and kafkajs gives no topic at
 * all: then topics are looked up when they are asked for.
 */
async function everything(broker: KafkaJsBroker): Promise<MetadataResponse> {
  for (const topics of [[], [OFFSETS_TOPIC]]) {
    try {
      return await broker.metadata(topics);
    } catch (error) {
      if (!KafkaFailure.from(error).isAnswer) throw error;
    }
  }
  return { brokers: [], topicMetadata: [] };
}
