import {
  BufferError,
  type BufferRecord,
  type Intent,
  type PartitionReader,
  type ReadOptions,
} from '../contract.ts';
import { FetchedAhead } from './fetched-ahead.ts';
import {
  GroupPosition,
  type GroupPositionSettings,
  misuse,
  startedAnew,
} from './group-position.ts';
import type { Fetched, Fetcher } from './kafka-client.ts';
import { KafkaFailure } from './kafka-failure.ts';
import { unlessAborted } from './unless-aborted.ts';

/** One fetch waits no longer at the broker; then the reader looks around and asks again. */
const FETCH_WAIT_MS_MAX = 1000;
/** What an intent promised is there: a read of it waits that long, whatever the caller says. */
const BEGUN_WAIT_MS = 2000;
/** A connection that is made to read a few bytes more costs more than what lies behind them. */
const FETCH_BYTES_MIN: number = 64 * 1024;
const FETCH_BYTES_MAX: number = 256 * 1024 * 1024;

export interface KafkaReaderSettings extends GroupPositionSettings {
  readonly onClose: () => void;
}

interface FetchLimits {
  readonly leftMs: number;
  readonly bytesMax: number;
  readonly signal: AbortSignal | undefined;
}

/** A group's reader of one partition of a topic. Holds a connection of its own. */
export class KafkaReader implements PartitionReader {
  readonly topic: string;
  readonly partition: number;
  readonly #settings: KafkaReaderSettings;
  readonly #place: GroupPosition;
  readonly #closed: AbortController = new AbortController();
  readonly #ahead: FetchedAhead = new FetchedAhead();
  #fetcher: Fetcher;
  #isReading = false;
  /** A fetch whose reader did not wait for it. */
  #fetching: { readonly from: number; readonly promise: Promise<Fetched> } | undefined;
  #closing: Promise<void> | undefined;

  /** Rejects with `KafkaFailure`. */
  static async open(settings: KafkaReaderSettings): Promise<KafkaReader> {
    return new KafkaReader(settings, await GroupPosition.open(settings));
  }

  private constructor(settings: KafkaReaderSettings, place: GroupPosition) {
    this.topic = settings.view.place.topic;
    this.partition = settings.view.place.partition;
    this.#settings = settings;
    this.#place = place;
    this.#fetcher = settings.client.openFetcher();
    place.onStartAnew = () => this.#forgetFetched();
  }

  get topicId(): string | undefined {
    return this.#place.topicId;
  }

  position(): number {
    return this.#place.offset;
  }

  pendingIntent(): Intent | undefined {
    const { pending, intent } = this.#place;
    return pending === intent ? pending : undefined;
  }

  async read(from: number, options: ReadOptions): Promise<readonly BufferRecord[]> {
    this.#refuseWhenClosed();
    if (this.#isReading) throw misuse('a reader reads once at a time');
    if (!Number.isSafeInteger(from) || from < 0) throw misuse(`${from} is no offset`);
    this.#isReading = true;
    try {
      await this.#place.settle();
      return await this.#read(from, options);
    } catch (error) {
      this.#refuseWhenClosed();
      throw this.#place.failed(error, 'reading');
    } finally {
      this.#isReading = false;
    }
  }

  begin(intent: Intent): Promise<void> {
    return this.#write(() => this.#place.begin(intent));
  }

  commit(to: number, next?: Intent): Promise<void> {
    return this.#write(() => this.#place.commit(to, next));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #write(work: () => Promise<void>): Promise<void> {
    this.#refuseWhenClosed();
    try {
      await work();
    } catch (error) {
      this.#refuseWhenClosed();
      throw error;
    }
  }

  async #read(from: number, options: ReadOptions): Promise<readonly BufferRecord[]> {
    const { signal } = options;
    const isBegun = this.#place.isBegun(from);
    const waitMs = isBegun ? Math.max(options.waitMs, BEGUN_WAIT_MS) : options.waitMs;
    const untilMs = performance.now() + waitMs;
    const { topicId } = this.#place;
    let at = from;
    for (;;) {
      this.#refuseWhenClosed();
      const records = this.#ahead.take(at, options);
      if (records.length > 0 || signal?.aborted === true) return records;
      const leftMs = Math.max(0, untilMs - performance.now());
      const fetched = await this.#fetch(at, { leftMs, bytesMax: options.bytesMax, signal });
      if (fetched === undefined) continue;
      await this.#place.refuseAnother(topicId, fetched.next > at);
      this.#settings.view.note(fetched);
      this.#ahead.put(at, fetched);
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
    if (!this.#place.isBegun(at)) return [];
    this.#place.noteBehind();
    const text = `offset ${at} of the begun range up to ${this.#place.intent?.to} is not there now`;
    throw new KafkaFailure('OFFSET_NOT_AVAILABLE', text);
  }

  /** Undefined when the signal aborted or the reader was closed meanwhile. */
  async #fetch(at: number, { leftMs, ...limits }: FetchLimits): Promise<Fetched | undefined> {
    const { view } = this.#settings;
    if (this.#fetching !== undefined && this.#fetching.from !== at) {
      // Two fetches at once would come back in any order; a failed one is asked for again.
      await this.#fetching.promise.catch(() => undefined);
      this.#fetching = undefined;
    }
    const waitMs = Math.min(leftMs, FETCH_WAIT_MS_MAX);
    const bytesMax = Math.min(Math.max(limits.bytesMax, FETCH_BYTES_MIN), FETCH_BYTES_MAX);
    const fetcher = this.#fetcher;
    this.#fetching ??= {
      from: at,
      promise: fetcher.fetch({ ...view.place, from: at, bytesMax, waitMs }),
    };
    try {
      const stops = [this.#closed.signal, limits.signal];
      const fetched = await unlessAborted(this.#fetching.promise, stops);
      if (fetched === undefined) return undefined;
      if (fetcher !== this.#fetcher) throw startedAnew(this.position());
      this.#fetching = undefined;
      return fetched;
    } catch (error) {
      if (fetcher !== this.#fetcher) throw startedAnew(this.position());
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
    if (bounds.start <= at) {
      this.#place.noteBehind();
      const text = `offset ${at} is behind the end ${bounds.end}: the topic was cut or made anew`;
      throw new KafkaFailure('OFFSET_OUT_OF_RANGE', text);
    }
    view.lostRecords += bounds.start - at;
    return { ...bounds, records: [], next: bounds.start };
  }

  /** What is under way or ready is of the topic before. */
  #forgetFetched(): void {
    this.#ahead.clear();
    this.#fetching?.promise.catch(() => undefined);
    this.#fetching = undefined;
    void this.#fetcher.close();
    this.#fetcher = this.#settings.client.openFetcher();
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
