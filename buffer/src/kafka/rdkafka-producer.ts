import type { NewRecord } from '../contract.ts';
import type { BatchProducer, Place, Placed } from './kafka-client.ts';
import { KafkaFailure } from './kafka-failure.ts';
import type { KafkaOptions } from './kafka-options.ts';
import {
  loadRdKafka,
  type RdKafkaAddon,
  type RdProducer,
  type RdRecord,
  toRdFailure,
} from './rdkafka-addon.ts';
import { rdProducerSettings } from './rdkafka-settings.ts';

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
 * none is in the log twice. A batch may go out as several: each record is told about by itself.
 */
export class RdKafkaProducer implements BatchProducer {
  readonly #addon: RdKafkaAddon;
  readonly #settings: readonly string[];
  #producer: RdProducer;
  #isClosed = false;

  /** Throws a `KafkaFailure` where librdkafka is not there, or refuses a setting. */
  constructor(options: KafkaOptions) {
    this.#addon = loadRdKafka();
    this.#settings = rdProducerSettings(options);
    this.#producer = this.#open();
  }

  async produce(
    { topic, partition }: Place,
    records: readonly NewRecord[],
  ): Promise<readonly Placed[]> {
    if (this.#isClosed) throw new KafkaFailure('CLOSED', 'the producer is closed');
    const producer = this.#producer;
    const made = records.map(toRdRecord);
    const results = await this.#addon.produce(producer, topic, partition, made);
    return results.map((result): Placed => {
      if (typeof result === 'number') return result;
      const failure = toRdFailure(result);
      if (FATAL.has(failure.type)) this.#renew(producer);
      return failure;
    });
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

/** To librdkafka time 0 is now. */
function toRdRecord({ value, key, timestampUnixMs, headers }: NewRecord): RdRecord {
  return [value, key, Math.max(1, timestampUnixMs), Object.entries(headers).flat()];
}
