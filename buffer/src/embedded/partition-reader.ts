import {
  BufferError,
  type BufferRecord,
  type Intent,
  type PartitionReader,
  type ReadOptions,
} from '../contract.ts';
import { ioError, osCode } from './file-io.ts';
import type { GroupLog } from './group-log.ts';
import type { PartitionLog } from './partition-log.ts';
import type { Segment } from './segment.ts';
import { SegmentReader } from './segment-reader.ts';

export interface ReaderSettings {
  readonly group: string;
  readonly log: PartitionLog;
  readonly groups: GroupLog;
  readonly onClose: () => void;
}

function misuse(message: string): BufferError {
  return new BufferError('BUFFER_MISUSE', message);
}

function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** A group's reader of one partition of the embedded log. Holds one open file. */
export class EmbeddedReader implements PartitionReader {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: string | undefined;
  readonly #settings: ReaderSettings;
  readonly #pending: Intent | undefined;
  #position: number;
  #intent: Intent | undefined;
  /** A `begin` or `commit` under way. */
  #isWriting = false;
  #reading: Promise<readonly BufferRecord[]> | undefined;
  #segmentReader: SegmentReader | undefined;
  #closing: Promise<void> | undefined;

  /** Makes the group known, so that nothing it has not read is dropped. */
  static async open(settings: ReaderSettings): Promise<EmbeddedReader> {
    const { group, groups, log } = settings;
    const { topic, partition } = log.place;
    const known = groups.get(group, topic, partition);
    const entry = known ?? { group, topic, partition, position: log.startOffset, intent: null };
    if (known === undefined) await groups.put(entry);
    return new EmbeddedReader(settings, entry.position, entry.intent ?? undefined);
  }

  private constructor(settings: ReaderSettings, position: number, intent: Intent | undefined) {
    this.topic = settings.log.place.topic;
    this.partition = settings.log.place.partition;
    this.topicId = settings.log.id;
    this.#settings = settings;
    this.#position = position;
    this.#intent = intent;
    this.#pending = intent;
  }

  position(): number {
    return Math.max(this.#position, this.#settings.log.startOffset);
  }

  pendingIntent(): Intent | undefined {
    return this.#pending === this.#intent ? this.#pending : undefined;
  }

  async read(from: number, options: ReadOptions): Promise<readonly BufferRecord[]> {
    this.#refuseWhenClosed();
    if (this.#reading !== undefined) throw misuse('a reader reads once at a time');
    if (!isOffset(from)) throw misuse(`${from} is no offset`);
    this.#reading = this.#read(from, options);
    try {
      return await this.#reading;
    } catch (error) {
      throw ioError(error, `reading ${this.topic}/${this.partition}`);
    } finally {
      this.#reading = undefined;
    }
  }

  async begin(intent: Intent): Promise<void> {
    this.#refuseWhenClosed();
    if (this.#intent !== undefined) {
      throw misuse(`the intent [${this.#intent.from}, ${this.#intent.to}) is open`);
    }
    this.#refuseMisplaced(intent, this.position());
    await this.#put(intent.from, intent);
  }

  async commit(to: number, next?: Intent): Promise<void> {
    this.#refuseWhenClosed();
    if (this.#intent === undefined) throw misuse('no intent is open');
    const { from, to: end } = this.#intent;
    if (!isOffset(to) || to < from || to > end) {
      throw misuse(`${to} is outside of the intent [${from}, ${end})`);
    }
    if (next !== undefined) this.#refuseMisplaced(next, to);
    await this.#put(to, next);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #put(position: number, intent: Intent | undefined): Promise<void> {
    if (this.#isWriting) throw misuse('one begin or commit at a time');
    this.#isWriting = true;
    const { group, groups } = this.#settings;
    const { topic, partition } = this;
    try {
      await groups.put({ group, topic, partition, position, intent: intent ?? null });
      this.#position = position;
      this.#intent = intent;
    } finally {
      this.#isWriting = false;
    }
  }

  async #read(from: number, options: ReadOptions): Promise<readonly BufferRecord[]> {
    const { log } = this.#settings;
    const { waitMs, signal } = options;
    const untilMs = performance.now() + waitMs;
    const bytesMax = Math.max(1, options.bytesMax);
    const recordsMax = Math.max(1, options.recordsMax);
    let at = from;
    for (;;) {
      this.#refuseWhenClosed();
      at = Math.max(at, log.startOffset);
      if (at < log.endOffset) {
        const { records, next } = await this.#readSegment(at, { bytesMax, recordsMax });
        if (records.length > 0) return records;
        at = next;
        continue;
      }
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0 || signal?.aborted === true) return [];
      await log.appended.wait(leftMs, signal);
    }
  }

  async #readSegment(
    at: number,
    limits: { readonly bytesMax: number; readonly recordsMax: number },
  ): ReturnType<SegmentReader['read']> {
    const { log } = this.#settings;
    const segment = log.segmentFor(at);
    // Retention moved on between two lines: the caller starts from the new first offset.
    if (segment === undefined) return { records: [], next: at };
    const reader = await this.#enter(segment);
    if (reader === undefined) return { records: [], next: this.#passMissing(segment, at) };
    const result = await reader.read(at, limits);
    if (result.records.length > 0 || result.next > at) return result;
    // Whole files are missing between this segment and the next one.
    const next = log.nextBaseOffset(segment);
    if (next > at) log.noteLost(segment, at, next);
    return { records: [], next: Math.max(next, at) };
  }

  /** Where to go on when the file of `segment` is not there. */
  #passMissing(segment: Segment, at: number): number {
    const { log } = this.#settings;
    // Retention has just removed it: the caller starts from the new first offset.
    if (log.startOffset > segment.baseOffset) return at;
    const next = log.nextBaseOffset(segment);
    log.noteLost(segment, at, next);
    return next;
  }

  /** The reader of `segment`; undefined when its file is not there. */
  async #enter(segment: Segment): Promise<SegmentReader | undefined> {
    const current = this.#segmentReader;
    if (current?.segment === segment) return current;
    this.#segmentReader = undefined;
    await current?.close();
    const { log } = this.#settings;
    try {
      const onLost = log.noteLost.bind(log);
      this.#segmentReader = await SegmentReader.open(segment, onLost);
    } catch (error) {
      // The one that is written to is put back before long: read it then.
      if (osCode(error) !== 'ENOENT' || log.isActive(segment)) throw error;
    }
    return this.#segmentReader;
  }

  #refuseMisplaced({ from, to }: Intent, position: number): void {
    if (from !== position) {
      throw misuse(`the intent starts at ${from}, the position is ${position}`);
    }
    const { endOffset } = this.#settings.log;
    if (!isOffset(to) || to <= from || to > endOffset) {
      throw misuse(`[${from}, ${to}) is no range of [.., ${endOffset})`);
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closing !== undefined) {
      throw new BufferError('BUFFER_CLOSED', `the reader of ${this.topic} is closed`);
    }
  }

  async #close(): Promise<void> {
    this.#settings.log.appended.wakeAll();
    // A read that fails tells its caller; here only its end matters.
    await this.#reading?.catch(() => undefined);
    await this.#segmentReader?.close();
    this.#segmentReader = undefined;
    this.#settings.onClose();
  }
}
