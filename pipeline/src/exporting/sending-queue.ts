import type { SendingBatchConfig, SendingQueueConfig } from '../config/fields/sending-queue.ts';
import { SondeError } from '../errors.ts';
import { Telemetry } from '../telemetry.ts';
import { Fifo } from './fifo.ts';
import { BLOCKED_SENDERS_MAX, QUEUE_BYTES_MAX, TIMER_MS_MAX } from './limits.ts';
import { sizeOf } from './size.ts';
import { splitTelemetry } from './split-telemetry.ts';

interface Entry {
  readonly telemetry: Telemetry;
  /** In units of the queue's sizer. */
  readonly size: number;
  readonly queuedAtMs: number;
  readonly sent: () => void;
  readonly failed: (error: SondeError) => void;
}

/** In the queue. `sent` tells how the sending ended. */
export interface Queued {
  readonly sent: Promise<void>;
}

interface Blocked {
  readonly telemetry: Telemetry;
  readonly admit: (queued: Queued) => void;
  readonly refuse: (error: SondeError) => void;
}

/**
 * The sending queue, in memory:
 *
 *     offer -> [blocked senders] -> waiting -> at most `num_consumers` sends at once
 *              (block_on_overflow)   (batch joins neighbours here)
 *
 * What is being sent counts in its size until it is done, so that `queue_size` bounds everything
 * the exporter holds.
 */
export class SendingQueue {
  readonly #config: SendingQueueConfig;
  readonly #send: (telemetry: Telemetry) => Promise<void>;
  readonly #bytesMax: number;
  readonly #waiting = new Fifo<Entry>();
  readonly #blocked = new Fifo<Blocked>();
  /** Of the waiting entries, in units of the batch's sizer. */
  #batchable = 0;
  #size = 0;
  #bytes = 0;
  #sending = 0;
  #closed = false;
  #flushTimer: NodeJS.Timeout | undefined;
  #whenIdle: (() => void)[] = [];

  /** `send` rejects with `SondeError`; everything is counted there. */
  constructor(config: SendingQueueConfig, send: (telemetry: Telemetry) => Promise<void>) {
    this.#config = config;
    this.#send = send;
    this.#bytesMax = config.sizer === 'bytes' ? config.queueSize : QUEUE_BYTES_MAX;
  }

  get size(): number {
    return this.#size;
  }

  get capacity(): number {
    return this.#config.queueSize;
  }

  /**
   * Resolves when the queue has it. Rejects with `OVERLOADED` when it is full, `TOO_LARGE` for what
   * would never fit, `SHUTTING_DOWN`.
   */
  async offer(telemetry: Telemetry): Promise<Queued> {
    const size = sizeOf(telemetry, this.#config.sizer);
    if (this.#closed) throw new SondeError('SHUTTING_DOWN', 'sending queue is stopped');
    if (size > this.#config.queueSize || telemetry.byteCount > this.#bytesMax) {
      throw new SondeError('TOO_LARGE', 'element size too large');
    }
    if (this.#blocked.length === 0 && this.#hasRoom(telemetry)) return this.#add(telemetry);
    const full = !this.#config.blockOnOverflow || this.#blocked.length >= BLOCKED_SENDERS_MAX;
    if (full) throw new SondeError('OVERLOADED', 'sending queue is full');
    return await new Promise<Queued>((admit, refuse) => {
      this.#blocked.push({ telemetry, admit, refuse });
    });
  }

  /** Takes nothing more and sends what is there; resolves when nothing is left. */
  async drain(): Promise<void> {
    this.#closed = true;
    for (const { refuse } of this.#blocked.takeAll()) {
      refuse(new SondeError('SHUTTING_DOWN', 'sending queue is stopped'));
    }
    this.#pump();
    if (this.#sending === 0 && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  /** Gives up what nobody sends yet; returns its items. */
  discard(error: SondeError): number {
    let items = 0;
    for (const entry of this.#waiting.takeAll()) {
      items += entry.telemetry.itemCount;
      this.#release(entry);
      entry.failed(error);
    }
    this.#batchable = 0;
    this.#tellIdle();
    return items;
  }

  #hasRoom(telemetry: Telemetry): boolean {
    const { sizer, queueSize } = this.#config;
    const fits = this.#size + sizeOf(telemetry, sizer) <= queueSize;
    return fits && this.#bytes + telemetry.byteCount <= this.#bytesMax;
  }

  #add(telemetry: Telemetry): Queued {
    const { sizer, batch } = this.#config;
    const limit = { sizer: batch?.sizer ?? 'items', max: batch?.maxSize ?? 0 };
    const parts = splitTelemetry(telemetry, limit);
    const all = parts.map((part, index) => {
      // One request stays one, however it is cut: its last part gives the place free.
      const isLast = index === parts.length - 1;
      return this.#push(part, sizer === 'requests' ? Number(isLast) : sizeOf(part, sizer));
    });
    this.#pump();
    const sent = allSent(all);
    // A failure is counted and logged where it happens; not everybody waits for it.
    sent.catch(() => undefined);
    return { sent };
  }

  #push(telemetry: Telemetry, size: number): Promise<void> {
    const { batch } = this.#config;
    const sent = new Promise<void>((resolve, failed) => {
      const queuedAtMs = performance.now();
      this.#waiting.push({ telemetry, size, queuedAtMs, sent: resolve, failed });
    });
    this.#size += size;
    this.#bytes += telemetry.byteCount;
    if (batch !== undefined) this.#batchable += sizeOf(telemetry, batch.sizer);
    return sent;
  }

  #pump(): void {
    while (this.#sending < this.#config.numConsumers && this.#isDue()) {
      const entries = this.#take();
      const [first, ...rest] = entries;
      if (first === undefined) break;
      this.#sending += 1;
      void this.#sendEntries([first, ...rest]);
    }
    this.#tellIdle();
  }

  /** Whether the entries at the head are to be sent now; else sees to it that they will be. */
  #isDue(): boolean {
    const { batch } = this.#config;
    const oldest = this.#waiting.peek();
    clearTimeout(this.#flushTimer);
    if (oldest === undefined) return false;
    if (batch === undefined || this.#closed || this.#batchable >= batch.minSize) return true;
    const leftMs = oldest.queuedAtMs + batch.flushTimeoutMs - performance.now();
    if (leftMs <= 0) return true;
    this.#flushTimer = setTimeout(() => this.#pump(), Math.min(Math.ceil(leftMs), TIMER_MS_MAX));
    return false;
  }

  /** The next entry, or the next batch: entries until `min_size` is reached, within `max_size`. */
  #take(): readonly Entry[] {
    const { batch } = this.#config;
    const taken: Entry[] = [];
    let size = 0;
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      const more = batch === undefined ? 0 : sizeOf(next.telemetry, batch.sizer);
      if (taken.length > 0 && !joins(batch, size, more)) break;
      if (taken.length > 0 && next.telemetry.signal === 'profiles') break;
      this.#waiting.shift();
      this.#batchable -= more;
      size += more;
      taken.push(next);
    }
    return taken;
  }

  async #sendEntries(entries: readonly [Entry, ...Entry[]]): Promise<void> {
    const [first, ...rest] = entries;
    try {
      await this.#send(
        Telemetry.join([first.telemetry, ...rest.map(({ telemetry }) => telemetry)]),
      );
      for (const entry of entries) entry.sent();
    } catch (thrown) {
      const error = SondeError.from(thrown);
      for (const entry of entries) entry.failed(error);
    }
    this.#sending -= 1;
    for (const entry of entries) this.#release(entry);
    this.#admitBlocked();
    this.#pump();
  }

  #release({ size, telemetry }: Entry): void {
    this.#size -= size;
    this.#bytes -= telemetry.byteCount;
  }

  #admitBlocked(): void {
    for (let next = this.#blocked.peek(); next !== undefined; next = this.#blocked.peek()) {
      if (!this.#hasRoom(next.telemetry)) return;
      this.#blocked.shift();
      next.admit(this.#add(next.telemetry));
    }
  }

  #tellIdle(): void {
    if (this.#sending > 0 || this.#waiting.length > 0) return;
    for (const tell of this.#whenIdle.splice(0)) tell();
  }
}

/** Whether a batch of `size` takes `more`. */
function joins(batch: SendingBatchConfig | undefined, size: number, more: number): boolean {
  if (batch === undefined || size >= batch.minSize) return false;
  return batch.maxSize === 0 || size + more <= batch.maxSize;
}

/** Rejects once all are done, with the first failure. */
async function allSent(parts: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(parts);
  for (const result of results) {
    if (result.status === 'rejected') throw SondeError.from(result.reason);
  }
}
