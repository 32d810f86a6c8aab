import {
  BufferError,
  type BufferRecord,
  type Intent,
  type PartitionReader,
  type ReadOptions,
} from '../contract.ts';
import { readIntent, writeIntent } from './intent-metadata.ts';
import type { Fetched, Fetcher, KafkaClient, Ownership } from './kafka-client.ts';
import { KafkaFailure, toBufferError } from './kafka-failure.ts';
import type { PartitionView } from './partition-view.ts';

/** One fetch waits no longer at the broker; then the reader looks around and asks again. */
const FETCH_WAIT_MS_MAX = 1000;
/** What an intent promised is there: a read of it waits that long, whatever the caller says. */
const BEGUN_WAIT_MS = 2000;
/** A connection that is made to read a few bytes more costs more than what lies behind them. */
const FETCH_BYTES_MIN: number = 64 * 1024;
const FETCH_BYTES_MAX: number = 256 * 1024 * 1024;

export interface KafkaReaderSettings {
  readonly group: string;
  readonly client: KafkaClient;
  readonly view: PartitionView;
  readonly initialOffset: 'earliest' | 'latest';
  readonly ownership: Ownership | undefined;
  readonly onClose: () => void;
}

function misuse(message: string): BufferError {
  return new BufferError('BUFFER_MISUSE', message);
}

function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function refuseMisplaced({ from, to }: Intent, position: number): void {
  if (from !== position) {
    throw misuse(`the intent starts at ${from}, the position is ${position}`);
  }
  if (!isOffset(to) || to <= from) throw misuse(`[${from}, ${to}) is no range`);
}

/** A group's reader of one partition of a topic. Holds a connection of its own. */
export class KafkaReader implements PartitionReader {
  readonly topic: string;
  readonly partition: number;
  readonly #settings: KafkaReaderSettings;
  readonly #fetcher: Fetcher;
  readonly #pending: Intent | undefined;
  readonly #closed: AbortController = new AbortController();
  #position: number;
  #intent: Intent | undefined;
  #isWriting = false;
  #isReading = false;
  /** The topic was not there, or ended before what was read of it. */
  #isGone = false;
  /** A broker said that there is no such topic; not yet known whether it is the same one again. */
  #wasMissing = false;
  /** Fetched and not handed out; consecutive. At most one fetch. */
  #ahead: readonly BufferRecord[] = [];
  /** The offsets that `#ahead` stands for, gaps included. */
  #aheadFrom = 0;
  #aheadEnd = 0;
  /** A fetch whose reader did not wait for it. */
  #fetching: { readonly from: number; readonly promise: Promise<Fetched> } | undefined;
  #closing: Promise<void> | undefined;

  /** A group that has committed nothing starts where its options say, which is committed at once. */
  static async open(settings: KafkaReaderSettings): Promise<KafkaReader> {
    const { client, group, view, ownership } = settings;
    const { start, end } = await client.bounds(view.place);
    view.note({ start, end });
    const known = await client.committed(group, view.place);
    if (known !== undefined) {
      view.groups.set(group, known.offset);
      return new KafkaReader(settings, known.offset, readIntent(known.offset, known.metadata));
    }
    const offset = settings.initialOffset === 'earliest' ? start : end;
    await client.commit({ ...view.place, group, offset, metadata: '', ownership });
    view.groups.set(group, offset);
    return new KafkaReader(settings, offset, undefined);
  }

  private constructor(settings: KafkaReaderSettings, position: number, intent: Intent | undefined) {
    this.topic = settings.view.place.topic;
    this.partition = settings.view.place.partition;
    this.#settings = settings;
    this.#fetcher = settings.client.openFetcher();
    this.#position = position;
    this.#intent = intent;
    this.#pending = intent;
  }

  position(): number {
    // Kafka's retention takes what nobody has read, too; an intent's range stays what it was.
    if (this.#intent !== undefined) return this.#position;
    return Math.max(this.#position, this.#settings.view.start);
  }

  pendingIntent(): Intent | undefined {
    return this.#pending === this.#intent ? this.#pending : undefined;
  }

  async read(from: number, options: ReadOptions): Promise<readonly BufferRecord[]> {
    this.#refuseWhenClosed();
    if (this.#isReading) throw misuse('a reader reads once at a time');
    if (!isOffset(from)) throw misuse(`${from} is no offset`);
    this.#isReading = true;
    try {
      if (this.#isGone) await this.#lookForAnother();
      return await this.#read(from, options);
    } catch (error) {
      throw this.#failed(error);
    } finally {
      this.#isReading = false;
    }
  }

  async begin(intent: Intent): Promise<void> {
    this.#refuseWhenClosed();
    if (this.#intent !== undefined) {
      throw misuse(`the intent [${this.#intent.from}, ${this.#intent.to}) is open`);
    }
    refuseMisplaced(intent, this.position());
    await this.#commit(intent.from, intent);
  }

  async commit(to: number, next?: Intent): Promise<void> {
    this.#refuseWhenClosed();
    if (this.#intent === undefined) throw misuse('no intent is open');
    const { from, to: end } = this.#intent;
    if (!isOffset(to) || to < from || to > end) {
      throw misuse(`${to} is outside of the intent [${from}, ${end})`);
    }
    if (next !== undefined) refuseMisplaced(next, to);
    await this.#commit(to, next);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #commit(offset: number, intent: Intent | undefined): Promise<void> {
    if (this.#isWriting) throw misuse('one begin or commit at a time');
    this.#isWriting = true;
    const { client, group, view, ownership } = this.#settings;
    const metadata = intent === undefined ? '' : writeIntent(intent);
    try {
      await client.commit({ ...view.place, group, offset, metadata, ownership });
      this.#position = offset;
      this.#intent = intent;
      view.groups.set(group, offset);
    } catch (error) {
      this.#refuseWhenClosed();
      throw toBufferError(error, `committing ${this.topic}/${this.partition}`);
    } finally {
      this.#isWriting = false;
    }
  }

  /** Reads wait for a topic that is gone: it may come back, and the group may take the partition. */
  #failed(error: unknown): BufferError {
    const failed = toBufferError(error, `reading ${this.topic}/${this.partition}`);
    if (failed.code !== 'UNKNOWN_TOPIC') return failed;
    this.#isGone = true;
    this.#wasMissing = true;
    return new BufferError('BUFFER_IO', `${failed.message}; was the topic deleted?`, failed);
  }

  /**
   * Kafka forgets positions with their topic. Of one that was made anew all is unread; who asked for
   * an offset of the old one asks again, for `position`.
   */
  async #lookForAnother(): Promise<void> {
    const { client, group, view, ownership } = this.#settings;
    const bounds = await client.bounds(view.place);
    const known = await client.committed(group, view.place);
    // A commit that was under way when the topic was deleted may be there still.
    const isLeftOver = this.#wasMissing && known !== undefined && known.offset > bounds.end;
    if (known === undefined || isLeftOver) {
      const { start } = bounds;
      await client.commit({ ...view.place, group, offset: start, metadata: '', ownership });
      view.madeAnew(bounds);
      view.groups.set(group, start);
      this.#position = start;
      this.#intent = undefined;
      this.#ahead = [];
      this.#isGone = false;
      this.#wasMissing = false;
      throw new KafkaFailure('TOPIC_MADE_ANEW', `the topic was made anew, read from ${start} on`);
    }
    this.#isGone = false;
  }

  async #read(from: number, options: ReadOptions): Promise<readonly BufferRecord[]> {
    const { signal } = options;
    const waitMs = this.#isBegun(from) ? Math.max(options.waitMs, BEGUN_WAIT_MS) : options.waitMs;
    const untilMs = performance.now() + waitMs;
    let at = from;
    for (;;) {
      this.#refuseWhenClosed();
      const records = this.#takeAhead(at, options);
      if (records.length > 0 || signal?.aborted === true) return records;
      const leftMs = Math.max(0, untilMs - performance.now());
      const fetched = await this.#fetch(at, { leftMs, bytesMax: options.bytesMax, signal });
      if (fetched === undefined) continue;
      this.#ahead = fetched.records;
      this.#aheadFrom = at;
      this.#aheadEnd = fetched.next;
      if (fetched.records.length > 0) continue;
      if (fetched.next === at && performance.now() >= untilMs) return this.#nothingAt(at);
      at = fetched.next;
    }
  }

  /**
   * What an intent promised was acknowledged and is there; a broker that has just become the leader
   * may not show it yet. "Nothing" would be taken for lost.
   */
  #nothingAt(at: number): readonly BufferRecord[] {
    if (!this.#isBegun(at)) return [];
    const text = `offset ${at} of the begun range up to ${this.#intent?.to} is not there now`;
    throw new KafkaFailure('OFFSET_NOT_AVAILABLE', text);
  }

  /** Whether an offset belongs to the range of the open intent. */
  #isBegun(at: number): boolean {
    return this.#intent !== undefined && at >= this.#intent.from && at < this.#intent.to;
  }

  /** What was fetched from `at` on, within the limits; the rest stays for the next read. */
  #takeAhead(at: number, { bytesMax, recordsMax }: ReadOptions): readonly BufferRecord[] {
    if (at < this.#aheadFrom || at >= this.#aheadEnd) this.#ahead = [];
    const usable = this.#ahead.filter(({ offset }) => offset >= at);
    let bytes = 0;
    let count = 0;
    for (const { value, key } of usable) {
      bytes += value.length + (key?.length ?? 0);
      if (count > 0 && (bytes > bytesMax || count >= recordsMax)) break;
      count += 1;
    }
    const taken = usable.slice(0, count);
    this.#ahead = usable.slice(count);
    this.#aheadFrom = (taken.at(-1)?.offset ?? at - 1) + 1;
    return taken;
  }

  /** Undefined when the signal aborted or the reader was closed meanwhile. */
  async #fetch(
    at: number,
    options: {
      readonly leftMs: number;
      readonly bytesMax: number;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<Fetched | undefined> {
    const { view } = this.#settings;
    if (this.#fetching !== undefined && this.#fetching.from !== at) {
      // Two fetches at once would come back in any order; a failed one is asked for again.
      await this.#fetching.promise.catch(() => undefined);
      this.#fetching = undefined;
    }
    const waitMs = Math.min(options.leftMs, FETCH_WAIT_MS_MAX);
    const bytesMax = Math.min(Math.max(options.bytesMax, FETCH_BYTES_MIN), FETCH_BYTES_MAX);
    this.#fetching ??= {
      from: at,
      promise: this.#fetcher.fetch({ ...view.place, from: at, bytesMax, waitMs }),
    };
    try {
      const stops = [this.#closed.signal, options.signal];
      const fetched = await unlessAborted(this.#fetching.promise, stops);
      if (fetched === undefined) return undefined;
      this.#fetching = undefined;
      view.note(fetched);
      return fetched;
    } catch (error) {
      this.#fetching = undefined;
      this.#refuseWhenClosed();
      if (KafkaFailure.from(error).type !== 'OFFSET_OUT_OF_RANGE') throw error;
      return this.#skipLost(at);
    }
  }

  /** Where the log goes on behind what retention has taken. */
  async #skipLost(at: number): Promise<Fetched> {
    const { client, view } = this.#settings;
    const bounds = await client.bounds(view.place);
    view.note(bounds);
    if (bounds.start <= at) {
      this.#isGone = true;
      const text = `offset ${at} is behind the end ${bounds.end}: the topic was cut or made anew`;
      throw new KafkaFailure('OFFSET_OUT_OF_RANGE', text);
    }
    view.lostRecords += bounds.start - at;
    return { ...bounds, records: [], next: bounds.start };
  }

  #refuseWhenClosed(): void {
    if (this.#closing !== undefined || this.#settings.ownership?.isLost === true) {
      throw new BufferError('BUFFER_CLOSED', `the reader of ${this.topic} is closed`);
    }
  }

  async #close(): Promise<void> {
    this.#closed.abort();
    await this.#fetcher.close();
    // Where the group is from now on somebody else knows.
    this.#settings.view.groups.delete(this.#settings.group);
    this.#settings.onClose();
  }
}

/** What `promise` brings; undefined when one of `signals` aborts first. */
function unlessAborted<T>(
  promise: Promise<T>,
  signals: readonly (AbortSignal | undefined)[],
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(undefined);
    for (const signal of signals) {
      if (signal?.aborted === true) onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
    }
    promise.then(resolve, reject).finally(() => {
      for (const signal of signals) signal?.removeEventListener('abort', onAbort);
    });
  });
}
