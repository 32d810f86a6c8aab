import type { NewRecord } from '../contract.ts';
import type { BatchProducer, Place } from './kafka-client.ts';
import { KafkaFailure } from './kafka-failure.ts';
import type { KafkaOptions } from './kafka-options.ts';
import { loadRdKafka, type RdKafkaAddon, type RdProducer, type RdRecord } from './rdkafka-addon.ts';
import { rdKafkaSettings } from './rdkafka-settings.ts';

/** librdkafka's names of what has another one in the protocol; its own begin with `_`. */
const TYPES: Readonly<Record<string, string>> = {
  MSG_SIZE_TOO_LARGE: 'MESSAGE_TOO_LARGE',
  UNKNOWN_TOPIC_OR_PART: 'UNKNOWN_TOPIC_OR_PARTITION',
  _UNKNOWN_TOPIC: 'UNKNOWN_TOPIC_OR_PARTITION',
  _UNKNOWN_PARTITION: 'UNKNOWN_TOPIC_OR_PARTITION',
  TOPIC_EXCEPTION: 'INVALID_TOPIC_EXCEPTION',
  _MSG_TIMED_OUT: 'REQUEST_TIMED_OUT',
  _PURGE_QUEUE: 'CLOSED',
  _PURGE_INFLIGHT: 'CLOSED',
  _DESTROY: 'CLOSED',
};

/** After these a producer takes nothing any more: the next batch gets a new one. */
const FATAL: ReadonlySet<string> = new Set([
  '_FATAL',
  '_FENCED',
  '_GAPLESS_GUARANTEE',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
]);

/**
 * Sends batches with librdkafka, which counts, repeats and, with `acks: all`, numbers them, so that
 * none is in the log twice.
 */
export class RdKafkaProducer implements BatchProducer {
  readonly #addon: RdKafkaAddon;
  readonly #settings: readonly string[];
  #producer: RdProducer;
  #isClosed = false;

  /** Throws a `KafkaFailure` where librdkafka is not there, or refuses a setting. */
  constructor(options: KafkaOptions) {
    this.#addon = loadRdKafka();
    this.#settings = rdKafkaSettings(options);
    this.#producer = this.#open();
  }

  async produce({ topic, partition }: Place, records: readonly NewRecord[]): Promise<number> {
    if (this.#isClosed) throw new KafkaFailure('CLOSED', 'the producer is closed');
    const producer = this.#producer;
    try {
      return await this.#addon.produce(producer, topic, partition, records.map(toRdRecord));
    } catch (error) {
      const code = codeOf(error);
      if (FATAL.has(code)) this.#renew(producer);
      const text = error instanceof Error ? error.message : String(error);
      throw new KafkaFailure(TYPES[code] ?? code, text);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#addon.close(this.#producer);
  }

  /** Of several batches that failed at once the first one makes a new producer. */
  #renew(failed: RdProducer): void {
    if (this.#producer !== failed || this.#isClosed) return;
    this.#producer = this.#open();
    this.#addon.close(failed);
  }

  #open(): RdProducer {
    try {
      return this.#addon.open(this.#settings);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new KafkaFailure('INVALID_CONFIG', `librdkafka: ${text}`);
    }
  }
}

function toRdRecord({ value, key, timestampUnixMs, headers }: NewRecord): RdRecord {
  return [value, key, timestampUnixMs, Object.entries(headers).flat()];
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'UNKNOWN';
}
