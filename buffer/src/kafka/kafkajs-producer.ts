import type { NewRecord } from '../contract.ts';
import type { BatchProducer, Place, Placed } from './kafka-client.ts';
import { KafkaFailure } from './kafka-failure.ts';
import { CODECS, type KafkaOptions } from './kafka-options.ts';
import type { FramedRequest } from './kafkajs-frames.ts';
import type { KafkaJsLink } from './kafkajs-link.ts';
import {
  type KafkaJsBroker,
  type KafkaJsRequest,
  loadKafkaJs,
  type ProduceResponse,
} from './kafkajs-modules.ts';
import { type PackedRecords, PRODUCE_VERSIONS, produceFrame, recordsOf } from './produce-frame.ts';

/** Sequence numbers go round after this many records. */
const SEQUENCES = 2 ** 31;
const TRANSACTION_TIMEOUT_MS = 60_000;
const PRODUCE_KEY = 0;
const ACKS_ALL = -1;
const ACKS_LEADER = 1;

/** Who writes to a partition, and the number of its next record. */
interface Sequence {
  readonly producerId: string;
  readonly producerEpoch: number;
  next: number;
}

/** The broker has forgotten the writer, or knows it otherwise; what was sent was not appended. */
const FORGOTTEN: ReadonlySet<string> = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]);

/**
 * Sends batches, one a partition at a time. With `acks: all` each carries sequence numbers, so a
 * batch sent again after a lost answer is appended once. When the fate of a batch stays unknown its
 * numbers are never given to another one: the partition gets a new producer id.
 */
export class KafkaJsProducer implements BatchProducer {
  readonly #link: KafkaJsLink;
  readonly #options: KafkaOptions;
  /** By topic and partition. One entry a partition that was written to. */
  readonly #sequences: Map<string, Sequence> = new Map();

  constructor(link: KafkaJsLink, options: KafkaOptions) {
    this.#link = link;
    this.#options = options;
  }

  async produce(place: Place, records: readonly NewRecord[]): Promise<readonly Placed[]> {
    const first = await this.#produce(place, records);
    return records.map((_, index) => first + index);
  }

  /** The batch's first offset. */
  async #produce(place: Place, records: readonly NewRecord[]): Promise<number> {
    const packed = await this.#pack(records);
    if (this.#options.acks === 'leader') {
      const batch = { place, records, packed };
      return this.#link.withLeader(place, (broker) => this.#send(broker, batch));
    }
    const key = `${place.topic}/${place.partition}`;
    let isUndecided = false;
    try {
      return await this.#link.withLeader(place, async (broker) => {
        const sequence = this.#sequences.get(key) ?? (await this.#identify(broker));
        this.#sequences.set(key, sequence);
        try {
          const offset = await this.#send(broker, { place, records, packed, sequence });
          sequence.next = (sequence.next + records.length) % SEQUENCES;
          return offset;
        } catch (error) {
          const failure = KafkaFailure.from(error);
          if (FORGOTTEN.has(failure.type)) {
            this.#sequences.delete(key);
            // With a new identity the batch could be appended a second time.
            if (isUndecided) throw failure;
            throw new KafkaFailure('NETWORK_EXCEPTION', failure.message, failure);
          }
          isUndecided ||= !failure.isAnswer;
          throw failure;
        }
      });
    } catch (error) {
      if (isUndecided) this.#sequences.delete(key);
      throw error;
    }
  }

  /** The link's end ends what is under way. */
  close(): void {}

  async #identify(broker: KafkaJsBroker): Promise<Sequence> {
    const request = { transactionTimeout: TRANSACTION_TIMEOUT_MS };
    const { producerId, producerEpoch } = await broker.initProducerId(request);
    return { producerId, producerEpoch, next: 0 };
  }

  /** Undefined where they go out as they are. */
  async #pack(records: readonly NewRecord[]): Promise<PackedRecords | undefined> {
    const { compression, compressionLevel, packer } = this.#options;
    if (compression === 'none') return undefined;
    if (packer === undefined) throw new KafkaFailure('UNKNOWN', `no packer for ${compression}`);
    const bytes = await packer.pack(recordsOf(records), compression, compressionLevel);
    return { codec: CODECS[compression], bytes };
  }

  async #send(broker: KafkaJsBroker, batch: Batch): Promise<number> {
    const { place, records, packed, sequence } = batch;
    const acks = sequence === undefined ? ACKS_LEADER : ACKS_ALL;
    const { request, response } = broker.lookupRequest(
      PRODUCE_KEY,
      loadKafkaJs().produceRequests,
    )({
      acks,
      topicData: [],
    });
    const { apiKey, apiVersion } = request;
    if (apiVersion < PRODUCE_VERSIONS.min || apiVersion > PRODUCE_VERSIONS.max) {
      throw new KafkaFailure('UNSUPPORTED_VERSION', `the broker has Produce ${apiVersion} only`);
    }
    const { timeoutMs } = this.#options;
    const counted =
      sequence === undefined ? undefined : { ...sequence, firstSequence: sequence.next };
    const framed: FramedRequest = {
      apiKey,
      apiVersion,
      apiName: 'Produce',
      frame: (head) =>
        produceFrame({ ...head, ...place, acks, timeoutMs, records, packed, sequence: counted }),
    };
    const answer = await deliver(broker, { request: framed, response });
    const offset = answer?.topics[0]?.partitions[0]?.baseOffset;
    if (offset === undefined) throw new KafkaFailure('UNKNOWN', 'an answer without an offset');
    return Number(offset);
  }
}

interface Batch {
  readonly place: Place;
  readonly records: readonly NewRecord[];
  readonly packed: PackedRecords | undefined;
  readonly sequence?: Sequence;
}

/** As kafkajs' brokers send: one whose connection was closed is connected anew. */
async function deliver(
  broker: KafkaJsBroker,
  whole: KafkaJsRequest<ProduceResponse | undefined>,
): Promise<ProduceResponse | undefined> {
  try {
    return await broker.connectionPool.send(whole);
  } catch (error) {
    if (KafkaFailure.from(error).type === 'KafkaJSConnectionClosedError') await broker.disconnect();
    throw error;
  }
}
