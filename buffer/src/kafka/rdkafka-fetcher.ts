import type { BufferRecord } from '../contract.ts';
import type { Fetched, Fetcher, FetchOptions } from './kafka-client.ts';
import { KafkaFailure } from './kafka-failure.ts';
import { type RdFetchedRecord, type RdTaken, toRdFailure } from './rdkafka-addon.ts';
import type { OpenPartition, RdKafkaConsumers } from './rdkafka-consumers.ts';

/**
 * Reads one partition by librdkafka, which has records ready before they are asked for. Asked for
 * another offset than the next one, it starts anew there.
 */
export class RdKafkaFetcher implements Fetcher {
  readonly #consumers: RdKafkaConsumers;
  #opened: OpenPartition | undefined;
  /** Where what librdkafka has fetched begins; undefined: it has to be told. */
  #next: number | undefined;
  #wake: () => void = () => {};
  #isClosed = false;

  constructor(consumers: RdKafkaConsumers) {
    this.#consumers = consumers;
  }

  async fetch(options: FetchOptions): Promise<Fetched> {
    const { from, waitMs } = options;
    const untilMs = performance.now() + waitMs;
    for (;;) {
      if (this.#isClosed) throw new KafkaFailure('CLOSED', 'the connection is closed');
      const [records, next, start, end] = this.#take(options);
      const leftMs = untilMs - performance.now();
      // The end that is reached again is no news.
      if (next > from || leftMs <= 0) {
        const at = Math.max(from, next);
        this.#next = at;
        return { records: records.map(toRecord), next: at, ...boundsOf(start, end, at) };
      }
      await this.#filled(leftMs);
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#opened?.close();
    this.#opened = undefined;
    this.#wake();
    return Promise.resolve();
  }

  #take(options: FetchOptions): RdTaken {
    const { from, bytesMax } = options;
    this.#opened ??= this.#consumers.open(options, () => this.#wake());
    const { addon, partition } = this.#opened;
    try {
      if (this.#next !== from) addon.startAt(partition, from);
      this.#next = from;
      return addon.take(partition, bytesMax);
    } catch (error) {
      this.#next = undefined;
      throw toRdFailure(error);
    }
  }

  /** Resolves when something has come, the time is over or the fetcher is closed. */
  #filled(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      this.#wake = done;
    });
  }
}

/** Bounds that librdkafka has not heard of yet say nothing. */
function boundsOf(start: number, end: number, at: number): { start: number; end: number } {
  return { start: Math.max(0, start), end: Math.max(at, end) };
}

function toRecord(record: RdFetchedRecord): BufferRecord {
  const [offset, timestampUnixMs, key, value, flat] = record;
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < flat.length; at += 2) headers[flat[at] ?? ''] = flat[at + 1] ?? '';
  const read = { offset, timestampUnixMs, value, headers };
  return key === undefined ? read : { ...read, key };
}
