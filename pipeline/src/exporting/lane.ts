import type { SendingBatchConfig } from '../config/fields/sending-queue.ts';
import type { SondeError } from '../errors.ts';
import type { Telemetry } from '../telemetry.ts';
import { Fifo } from './fifo.ts';
import { TIMER_MS_MAX } from './limits.ts';

/** What waits to be sent. */
export interface Entry {
  /** Undefined: in the storage, under `key`. */
  readonly telemetry: Telemetry | undefined;
  readonly key: number;
  readonly itemCount: number;
  readonly byteCount: number;
  /** In units of the queue's sizer. */
  readonly size: number;
  /** Profiles cannot be joined. */
  readonly isAlone: boolean;
  readonly queuedAtMs: number;
  readonly sent: () => void;
  readonly failed: (error: SondeError) => void;
}

export type Entries = readonly [Entry, ...Entry[]];

/**
 * Entries that may become one batch, in order: all of a queue, or those whose metadata is equal
 * (`batch.partition.metadata_keys`).
 */
export class Lane {
  readonly #batch: SendingBatchConfig | undefined;
  readonly #waiting = new Fifo<Entry>();
  /** Of the waiting entries, in units of the batch's sizer. */
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(batch: SendingBatchConfig | undefined) {
    this.#batch = batch;
  }

  get length(): number {
    return this.#waiting.length;
  }

  push(entry: Entry): void {
    this.#waiting.push(entry);
    this.#size += this.#sizeOf(entry);
  }

  /** Whether there is a batch to send now; `isClosed`: whatever there is. */
  isDue(isClosed: boolean): boolean {
    const oldest = this.#waiting.peek();
    if (oldest === undefined) return false;
    return isClosed || this.#batch === undefined || this.#msLeft(oldest, this.#batch) <= 0;
  }

  /** Calls once when what waits now will be due without anything more. */
  wakeWhenDue(wake: () => void): void {
    const oldest = this.#waiting.peek();
    if (this.#timer !== undefined || oldest === undefined || this.#batch === undefined) return;
    const ms = Math.ceil(Math.max(0, this.#msLeft(oldest, this.#batch)));
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        wake();
      },
      Math.min(ms, TIMER_MS_MAX),
    );
  }

  /** The next entry, or the next batch: entries until `min_size` is reached, within `max_size`. */
  take(): Entries | undefined {
    const first = this.#shift();
    if (first === undefined) return undefined;
    const taken: [Entry, ...Entry[]] = [first];
    let size = this.#sizeOf(first);
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      if (next.isAlone || !this.#joins(size, this.#sizeOf(next))) break;
      this.#shift();
      size += this.#sizeOf(next);
      taken.push(next);
    }
    return taken;
  }

  takeAll(): readonly Entry[] {
    this.stop();
    this.#size = 0;
    return this.#waiting.takeAll();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #shift(): Entry | undefined {
    const entry = this.#waiting.shift();
    if (entry === undefined) return undefined;
    this.#size -= this.#sizeOf(entry);
    this.stop();
    return entry;
  }

  #msLeft(oldest: Entry, batch: SendingBatchConfig): number {
    if (this.#size >= batch.minSize) return 0;
    return oldest.queuedAtMs + batch.flushTimeoutMs - performance.now();
  }

  #sizeOf({ itemCount, byteCount }: Entry): number {
    return this.#batch?.sizer === 'bytes' ? byteCount : itemCount;
  }

  /** Whether a batch of `size` takes `more`. */
  #joins(size: number, more: number): boolean {
    const batch = this.#batch;
    if (batch === undefined || size >= batch.minSize) return false;
    return batch.maxSize === 0 || size + more <= batch.maxSize;
  }
}
