import type { NewRecord } from '../contract.ts';
import type { BatchProducer, Place, Placed } from './kafka-client.ts';
import { KafkaFailure } from './kafka-failure.ts';
import type { KafkaOptions } from './kafka-options.ts';
import { pause } from './kafkajs-link.ts';
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
/** Said by librdkafka itself, before anything was sent: as far as it knows there is none. */
const UNKNOWN_PARTITION = '_UNKNOWN_PARTITION';
/** A producer that was made anew for a partition is not replaced for one before this. Milliseconds. */
const REPLACED_MS_MIN = 1000;
const REPEAT_PAUSE_MS = 50;

type Result = number | Error;

/** One of librdkafka's producers, and how many batches it has that are not answered. */
interface Opened {
  readonly handle: RdProducer;
  readonly openedMs: number;
  underWay: number;
  /** Another one is in its place: it is closed with its last batch. */
  isReplaced: boolean;
}

/**
 * Sends batches with librdkafka, which counts, repeats and, with `acks: all`, numbers them, so that
 * none is in the log twice. A batch may go out as several: each record is told about by itself.
 *
 * What librdkafka knows of a topic's partitions may be five minutes old, and it cannot be told to look.
 * For a partition that was added since a new producer is opened, which asks; the one before ends what
 * it has under way.
 */
export class RdKafkaProducer implements BatchProducer {
  readonly #addon: RdKafkaAddon;
  readonly #settings: readonly string[];
  readonly #timeoutMs: number;
  readonly #closed: AbortController = new AbortController();
  /** Those that still have batches; one may come in `REPLACED_MS_MIN`, a batch ends in `timeoutMs`. */
  readonly #replaced: Set<Opened> = new Set();
  #current: Opened;

  /** Throws a `KafkaFailure` where librdkafka is not there, or refuses a setting. */
  constructor(options: KafkaOptions) {
    this.#addon = loadRdKafka();
    this.#settings = rdProducerSettings(options);
    this.#timeoutMs = options.timeoutMs;
    this.#current = this.#open();
  }

  async produce(place: Place, records: readonly NewRecord[]): Promise<readonly Placed[]> {
    const made = records.map(toRdRecord);
    const untilMs = performance.now() + this.#timeoutMs;
    const results: Result[] = [];
    let left = [...made.entries()];
    for (;;) {
      const producer = this.#current;
      const answers = await this.#send(
        producer,
        place,
        left.map(([, record]) => record),
      );
      for (const [at, [index]] of left.entries()) {
        results[index] = answers[at] ?? new KafkaFailure('UNKNOWN', 'nothing was said of it');
      }
      left = left.filter(([index]) => codeOf(results[index]) === UNKNOWN_PARTITION);
      if (left.length === 0 || performance.now() > untilMs) break;
      this.#replaceOld(producer);
      await pause(REPEAT_PAUSE_MS, this.#closed.signal);
    }
    return results.map((result) => (typeof result === 'number' ? result : toRdFailure(result)));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#closed.abort();
    for (const { handle } of [...this.#replaced, this.#current]) this.#addon.close(handle);
    this.#replaced.clear();
  }

  get #isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  async #send(
    producer: Opened,
    { topic, partition }: Place,
    records: readonly RdRecord[],
  ): Promise<readonly Result[]> {
    if (this.#isClosed) throw new KafkaFailure('CLOSED', 'the producer is closed');
    producer.underWay += 1;
    try {
      const results = await this.#addon.produce(producer.handle, topic, partition, records);
      if (results.some((result) => FATAL.has(codeOf(result)))) this.#replace(producer);
      return results;
    } finally {
      producer.underWay -= 1;
      this.#closeIdle(producer);
    }
  }

  #replaceOld(failed: Opened): void {
    if (performance.now() - failed.openedMs >= REPLACED_MS_MIN) this.#replace(failed);
  }

  /** Of several batches that failed at once the first one makes a new producer. */
  #replace(failed: Opened): void {
    if (this.#current !== failed || this.#isClosed) return;
    this.#current = this.#open();
    failed.isReplaced = true;
    this.#replaced.add(failed);
    this.#closeIdle(failed);
  }

  #closeIdle(producer: Opened): void {
    if (!producer.isReplaced || producer.underWay > 0 || this.#isClosed) return;
    if (this.#replaced.delete(producer)) this.#addon.close(producer.handle);
  }

  #open(): Opened {
    try {
      const handle = this.#addon.open(this.#settings);
      return { handle, openedMs: performance.now(), underWay: 0, isReplaced: false };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new KafkaFailure('INVALID_CONFIG', `librdkafka: ${text}`);
    }
  }
}

function codeOf(result: Result | undefined): string {
  const code = result instanceof Error && 'code' in result ? result.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** To librdkafka time 0 is now. */
function toRdRecord({ value, key, timestampUnixMs, headers }: NewRecord): RdRecord {
  return [value, key, Math.max(1, timestampUnixMs), Object.entries(headers).flat()];
}
