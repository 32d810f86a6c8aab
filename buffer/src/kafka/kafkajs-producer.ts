import type { NewRecord } from '../contract.ts';
import type { Place } from './kafka-client.ts';
import { KafkaFailure } from './kafka-failure.ts';
import type { Compression, KafkaOptions } from './kafka-options.ts';
import type { KafkaJsLink } from './kafkajs-link.ts';
import type { KafkaJsBroker, KafkaJsMessage } from './kafkajs-modules.ts';

/** Sequence numbers go round after this many records. */
const SEQUENCES = 2 ** 31;
const TRANSACTION_TIMEOUT_MS = 60_000;

const CODECS: Readonly<Record<Compression, number>> = { none: 0, gzip: 1, lz4: 3 };

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
export class KafkaJsProducer {
  readonly #link: KafkaJsLink;
  readonly #options: KafkaOptions;
  /** By topic and partition. One entry a partition that was written to. */
  readonly #sequences: Map<string, Sequence> = new Map();

  constructor(link: KafkaJsLink, options: KafkaOptions) {
    this.#link = link;
    this.#options = options;
  }

  async produce(place: Place, records: readonly NewRecord[]): Promise<number> {
    const messages = records.map(toMessage);
    if (this.#options.acks === 'leader') {
      return this.#link.withLeader(place, (broker) => this.#send(broker, { place, messages }));
    }
    const key = `${place.topic}/${place.partition}`;
    let isUndecided = false;
    try {
      return await this.#link.withLeader(place, async (broker) => {
        const sequence = this.#sequences.get(key) ?? (await this.#identify(broker));
        this.#sequences.set(key, sequence);
        try {
          const offset = await this.#send(broker, { place, messages, sequence });
          sequence.next = (sequence.next + messages.length) % SEQUENCES;
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

  async #identify(broker: KafkaJsBroker): Promise<Sequence> {
    const request = { transactionTimeout: TRANSACTION_TIMEOUT_MS };
    const { producerId, producerEpoch } = await broker.initProducerId(request);
    return { producerId, producerEpoch, next: 0 };
  }

  async #send(
    broker: KafkaJsBroker,
    batch: {
      readonly place: Place;
      readonly messages: readonly KafkaJsMessage[];
      readonly sequence?: Sequence;
    },
  ): Promise<number> {
    const { place, messages, sequence } = batch;
    const { topic, partition } = place;
    const firstSequence = sequence?.next ?? 0;
    const response = await broker.produce({
      acks: sequence === undefined ? 1 : -1,
      timeout: this.#options.timeoutMs,
      compression: CODECS[this.#options.compression],
      ...(sequence === undefined
        ? {}
        : { producerId: sequence.producerId, producerEpoch: sequence.producerEpoch }),
      topicData: [{ topic, partitions: [{ partition, firstSequence, messages }] }],
    });
    const offset = response?.topics[0]?.partitions[0]?.baseOffset;
    if (offset === undefined) throw new KafkaFailure('UNKNOWN', 'an answer without an offset');
    return Number(offset);
  }
}

function toMessage({ key, value, headers, timestampUnixMs }: NewRecord): KafkaJsMessage {
  const entries = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const);
  return {
    key: key === undefined ? null : viewOf(key),
    value: viewOf(value),
    timestamp: String(timestampUnixMs),
    headers: Object.fromEntries(entries),
  };
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
