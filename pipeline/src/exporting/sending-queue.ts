import { clientInfo, metadataKey, metadataOfKeys } from '../client-info.ts';
import type { SendingQueueConfig } from '../config/fields/sending-queue.ts';
import { SondeError } from '../errors.ts';
import { Telemetry } from '../telemetry.ts';
import { Fifo } from './fifo.ts';
import type { ItemStore } from './item-store.ts';
import type { Entries, Entry } from './lane.ts';
import { Lanes } from './lanes.ts';
import { BLOCKED_SENDERS_MAX, QUEUE_BYTES_MAX, QUEUE_FULL_RETRY_AFTER_MS } from './limits.ts';
import { sizeOf } from './size.ts';
import { splitTelemetry } from './split-telemetry.ts';
import type { StoredItem } from './stored-item.ts';

/** In the queue. `sent` tells how the sending ended. */
export interface Queued {
  readonly sent: Promise<void>;
}

interface Blocked {
  readonly telemetry: Telemetry;
  readonly admit: (queued: Promise<Queued>) => void;
  readonly refuse: (error: SondeError) => void;
}

export interface SendingQueueOptions {
  readonly config: SendingQueueConfig;
  /** Where the entries are kept; undefined: in memory. Closed by the queue. */
  readonly store: ItemStore | undefined;
  /** Rejects with `SondeError`; everything is counted there. */
  readonly send: (telemetry: Telemetry) => Promise<void>;
  /** Told of entries of the store that can be sent no more (0 items where their number is unknown). */
  readonly lost: (items: number, error: Error) => void;
  /** Told when the store cannot forget what was sent: a restart would send it again. */
  readonly notForgotten: (error: SondeError) => void;
}

/**
 * The sending queue, in memory or in a storage:
 *
 *     offer -> [blocked senders] -> waiting -> at most `num_consumers` sends at once
 *              (block_on_overflow)   (a lane for each partition; batch joins neighbours there)
 *
 * What is being sent counts in its size until it is done, so that `queue_size` bounds everything
 * the exporter holds. Of a queue in a storage only what is being sent is in memory; it leaves the
 * storage when it is done, and on shutdown what was not sent stays there.
 */
export class SendingQueue {
  readonly #options: SendingQueueOptions;
  readonly #config: SendingQueueConfig;
  readonly #store: ItemStore | undefined;
  readonly #bytesMax: number;
  readonly #lanes: Lanes;
  readonly #blocked = new Fifo<Blocked>();
  #size = 0;
  #bytes = 0;
  #storing = 0;
  #sending = 0;
  #closed = false;
  #whenIdle: (() => void)[] = [];

  constructor(options: SendingQueueOptions) {
    const { config, store } = options;
    this.#options = options;
    this.#config = config;
    this.#store = store;
    this.#lanes = new Lanes(config.batch, () => this.#pump());
    const isUnbounded = store !== undefined;
    const ownMax = isUnbounded ? Number.POSITIVE_INFINITY : QUEUE_BYTES_MAX;
    this.#bytesMax = config.sizer === 'bytes' ? config.queueSize : ownMax;
  }

  get size(): number {
    return this.#size;
  }

  get capacity(): number {
    return this.#config.queueSize;
  }

  /** Whether an entry that was not sent for this reason is sent after the next start. */
  keeps({ code }: SondeError): boolean {
    return this.#store !== undefined && code === 'SHUTTING_DOWN';
  }

  /** Takes up what the store has from earlier runs; returns how many entries. To be called first. */
  async restore(): Promise<number> {
    let count = 0;
    const unreadable: number[] = [];
    for await (const found of this.#store?.found() ?? []) {
      if ('unreadable' in found) {
        this.#options.lost(0, found.unreadable);
        unreadable.push(found.key);
      } else {
        // Counted and logged where it happens; nobody waits for it.
        this.#push(found.item, found.key, false).catch(() => undefined);
        count += 1;
      }
    }
    if (unreadable.length > 0) await this.#forget(unreadable);
    this.#pump();
    return count;
  }

  /**
   * Resolves when the queue has it. Rejects with `OVERLOADED` and a delay when it is full (without
   * one when its disk is), `TOO_LARGE` for what would never fit, `SHUTTING_DOWN`.
   */
  async offer(telemetry: Telemetry): Promise<Queued> {
    const size = sizeOf(telemetry, this.#config.sizer);
    if (this.#closed) throw new SondeError('SHUTTING_DOWN', 'sending queue is stopped');
    if (size > this.#config.queueSize || telemetry.byteCount > this.#bytesMax) {
      throw new SondeError('TOO_LARGE', 'element size too large');
    }
    if (this.#blocked.length === 0 && this.#hasRoom(telemetry)) return await this.#add(telemetry);
    const full = !this.#config.blockOnOverflow || this.#blocked.length >= BLOCKED_SENDERS_MAX;
    if (full) {
      const retryAfterMs = QUEUE_FULL_RETRY_AFTER_MS;
      throw new SondeError('OVERLOADED', 'sending queue is full', { retryAfterMs });
    }
    return await new Promise<Queued>((admit, refuse) => {
      this.#blocked.push({ telemetry, admit, refuse });
    });
  }

  /**
   * Takes nothing more and sends what is there, or, of a queue in a storage, finishes what is being
   * sent. Resolves when nothing is left to wait for.
   */
  async drain(): Promise<void> {
    this.#closed = true;
    for (const { refuse } of this.#blocked.takeAll()) {
      refuse(new SondeError('SHUTTING_DOWN', 'sending queue is stopped'));
    }
    this.#lanes.close();
    this.#pump();
    if (!this.#isIdle()) {
      await new Promise<void>((resolve) => {
        this.#whenIdle.push(resolve);
      });
    }
    // What is in the storage stays there.
    if (this.#store !== undefined) this.#lanes.takeAll();
    await this.#store?.close();
  }

  /** Gives up what nobody sends yet; returns the items that are lost by that. */
  discard(error: SondeError): number {
    if (this.#store !== undefined) return 0;
    let items = 0;
    for (const entry of this.#lanes.takeAll()) {
      items += entry.itemCount;
      this.#release(entry);
      entry.failed(error);
    }
    this.#tellIdle();
    return items;
  }

  #hasRoom(telemetry: Telemetry): boolean {
    const { sizer, queueSize } = this.#config;
    const fits = this.#size + sizeOf(telemetry, sizer) <= queueSize;
    return fits && this.#bytes + telemetry.byteCount <= this.#bytesMax;
  }

  async #add(telemetry: Telemetry): Promise<Queued> {
    const { batch } = this.#config;
    const limit = { sizer: batch?.sizer ?? 'items', max: batch?.maxSize ?? 0 };
    const parts = splitTelemetry(telemetry, limit);
    const items = parts.map((part, index): StoredItem => {
      return { telemetry: part, isLastPart: index === parts.length - 1 };
    });
    for (const item of items) this.#reserve(item);
    const keys = this.#store === undefined ? [] : await this.#storeItems(this.#store, items);
    const sent = allSent(items.map((item, index) => this.#push(item, keys[index] ?? 0, true)));
    // A failure is counted and logged where it happens; not everybody waits for it.
    sent.catch(() => undefined);
    this.#pump();
    return { sent };
  }

  async #storeItems(store: ItemStore, items: readonly StoredItem[]): Promise<readonly number[]> {
    this.#storing += 1;
    try {
      return await store.put(items);
    } catch (error) {
      for (const { telemetry, isLastPart } of items) {
        this.#release({
          size: this.#sizeOf(telemetry, isLastPart),
          byteCount: telemetry.byteCount,
        });
      }
      throw notStored(SondeError.from(error));
    } finally {
      this.#storing -= 1;
      this.#tellIdle();
    }
  }

  #sizeOf(telemetry: Telemetry, isLastPart: boolean): number {
    const { sizer } = this.#config;
    // One request stays one, however it is cut: its last part gives the place free.
    return sizer === 'requests' ? Number(isLastPart) : sizeOf(telemetry, sizer);
  }

  #reserve({ telemetry, isLastPart }: StoredItem): void {
    this.#size += this.#sizeOf(telemetry, isLastPart);
    this.#bytes += telemetry.byteCount;
  }

  /** `isReserved`: its room is taken already. */
  #push(item: StoredItem, key: number, isReserved: boolean): Promise<void> {
    if (!isReserved) this.#reserve(item);
    const { telemetry, isLastPart } = item;
    const { itemCount, byteCount, signal, client } = telemetry;
    const keys = this.#config.batch?.metadataKeys ?? [];
    const partition = keys.length === 0 ? '' : metadataKey(client, keys);
    return new Promise<void>((sent, failed) => {
      this.#lanes.push(partition, {
        telemetry: this.#store === undefined ? telemetry : undefined,
        key,
        itemCount,
        byteCount,
        size: this.#sizeOf(telemetry, isLastPart),
        isAlone: signal === 'profiles',
        queuedAtMs: performance.now(),
        sent,
        failed,
      });
    });
  }

  #pump(): void {
    const stops = this.#closed && this.#store !== undefined;
    while (!stops && this.#sending < this.#config.numConsumers) {
      const entries = this.#lanes.take();
      if (entries === undefined) break;
      this.#sending += 1;
      void this.#sendEntries(entries);
    }
    this.#tellIdle();
  }

  async #sendEntries(entries: Entries): Promise<void> {
    const failure = await this.#failureOf(entries);
    if (failure === undefined || !this.keeps(failure)) await this.#forget(keysOf(entries));
    for (const entry of entries) {
      // What cannot be read stays where it is, and takes its room there.
      if (!(failure instanceof UnreadError)) this.#release(entry);
      if (failure === undefined) entry.sent();
      else entry.failed(failure);
    }
    this.#sending -= 1;
    this.#admitBlocked();
    this.#pump();
  }

  async #failureOf(entries: Entries): Promise<SondeError | undefined> {
    try {
      const telemetry = await this.#load(entries);
      if (telemetry !== undefined) await this.#options.send(telemetry);
      return undefined;
    } catch (error) {
      return SondeError.from(error);
    }
  }

  /** Undefined where nothing of it is left. */
  async #load(entries: Entries): Promise<Telemetry | undefined> {
    const parts: Telemetry[] = [];
    for (const entry of entries) {
      const part = entry.telemetry ?? (await this.#loadStored(entry));
      if (part !== undefined) parts.push(part);
    }
    const [first, ...rest] = parts;
    if (first === undefined) return undefined;
    const keys = this.#config.batch?.metadataKeys ?? [];
    const batch = Telemetry.join([first, ...rest]);
    if (rest.length === 0 || keys.length === 0) return batch;
    return batch.withClient(clientInfo({ metadata: metadataOfKeys(first.client, keys) }));
  }

  async #loadStored({ key, itemCount }: Entry): Promise<Telemetry | undefined> {
    let found: StoredItem | Error | undefined;
    try {
      found = await this.#store?.load(key);
    } catch (error) {
      // What cannot be read now may be read after the next start.
      const message = `cannot read the persistent queue: ${SondeError.from(error).message}`;
      throw new UnreadError('SHUTTING_DOWN', message, { cause: error });
    }
    if (found !== undefined && !(found instanceof Error)) return found.telemetry;
    this.#options.lost(itemCount, found ?? new Error('the entry is gone from the storage'));
    return undefined;
  }

  async #forget(keys: readonly number[]): Promise<void> {
    try {
      await this.#store?.remove(keys);
    } catch (error) {
      this.#options.notForgotten(SondeError.from(error));
    }
  }

  #release({ size, byteCount }: Pick<Entry, 'size' | 'byteCount'>): void {
    this.#size -= size;
    this.#bytes -= byteCount;
  }

  #admitBlocked(): void {
    for (let next = this.#blocked.peek(); next !== undefined; next = this.#blocked.peek()) {
      if (this.#closed || !this.#hasRoom(next.telemetry)) return;
      this.#blocked.shift();
      next.admit(this.#add(next.telemetry));
    }
  }

  #isIdle(): boolean {
    const left = this.#store === undefined ? this.#lanes.length : 0;
    return this.#sending === 0 && this.#storing === 0 && left === 0;
  }

  #tellIdle(): void {
    if (!this.#isIdle()) return;
    for (const tell of this.#whenIdle.splice(0)) tell();
  }
}

function keysOf(entries: Entries): readonly number[] {
  return entries.map(({ key }) => key);
}

/** The storage has the entry and cannot give it now. */
class UnreadError extends SondeError {}

/** A full disk is a full queue: whoever sends may come again. */
function notStored(error: SondeError): SondeError {
  const message = `cannot store in the sending queue: ${error.message}`;
  return new SondeError(error.code, message, {
    cause: error,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  });
}

/** Rejects once all are done, with the first failure. */
async function allSent(parts: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(parts);
  for (const result of results) {
    if (result.status === 'rejected') throw SondeError.from(result.reason);
  }
}
