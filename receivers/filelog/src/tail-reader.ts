import {
  type EntryMap,
  type LogDelivery,
  type Splitter,
  splitterOf,
  type TrimmedRange,
  trimRecord,
} from '@sonde/log-operators';
import type { FilelogConfig } from './config.ts';
import type { FileHeader } from './file-header.ts';
import { ANCHOR_BYTES, BATCH_BYTES_MAX, BATCH_RECORDS_MAX, READ_BYTES } from './limits.ts';
import type { RecordSink } from './record-sink.ts';
import type { Tail } from './tail.ts';

export interface TailReaderOptions {
  readonly config: FilelogConfig;
  readonly sink: RecordSink;
  readonly header: FileHeader | undefined;
  readonly delivery: LogDelivery;
  /** The content of the file is another one now. */
  readonly onReplaced: (tail: Tail) => void;
}

/** `stopped` while the pipeline had not taken the last batch, or before the end was reached. */
export type ReadResult = 'end' | 'stopped';

/** How a piece of a file was used up. */
interface Used {
  readonly bytes: number;
  readonly records: number;
  /** The piece held more than goes into one batch. */
  readonly full: boolean;
}

/**
 * Reads files, one at a time, into batches that the pipeline takes before the next is read. Several
 * readers work side by side; each has one buffer, which grows to the longest record there may be.
 */
export class TailReader {
  readonly #options: TailReaderOptions;
  readonly #splitter: Splitter;
  readonly #range: TrimmedRange = { start: 0, end: 0 };
  #buffer: Buffer;

  constructor(options: TailReaderOptions) {
    const { config } = options;
    this.#options = options;
    this.#splitter = splitterOf(config);
    this.#buffer = Buffer.allocUnsafeSlow(
      Math.max(READ_BYTES, config.initial_buffer_size) + ANCHOR_BYTES,
    );
  }

  /**
   * Reads to the end of the file. `final`: what is left without an end is a record, and operators
   * let go of what they hold back. Rejects when the file cannot be read.
   */
  async read(
    tail: Tail,
    { final, labels, stop }: { final: boolean; labels: EntryMap; stop: AbortSignal },
  ): Promise<ReadResult> {
    for (;;) {
      const piece = await this.#fill(tail);
      if (piece === undefined) continue;
      const used = this.#cut(tail, piece, { final, labels });
      const delivered = await this.#deliver(stop);
      if (delivered === 'stopped') return 'stopped';
      this.#advance(tail, piece.bytes, used);
      if (used.bytes === 0 && !piece.atEnd) this.#grow();
      else if (piece.atEnd && !used.full) return 'end';
      if (stop.aborted) return 'stopped';
    }
  }

  /** Hands on what operators hold back. */
  async flush(tail: Tail, labels: EntryMap): Promise<void> {
    this.#options.sink.begin(tail, Buffer.alloc(0), labels);
    this.#options.sink.flush('all');
    if ((await this.#deliver(AbortSignal.abort())) === 'done') tail.settle();
  }

  /** What follows the offset; undefined when the file is another one now and is read anew. */
  async #fill(
    tail: Tail,
  ): Promise<{ readonly bytes: Buffer; readonly atEnd: boolean } | undefined> {
    const { source, anchor } = tail;
    if (source === undefined) throw new Error('a file that is not open');
    const length = await source.read(this.#buffer, tail.offset - anchor.length);
    if (
      length < anchor.length ||
      this.#buffer.compare(anchor, 0, anchor.length, 0, anchor.length) !== 0
    ) {
      this.#options.onReplaced(tail);
      return undefined;
    }
    await this.#identify(tail);
    const bytes = this.#buffer.subarray(anchor.length, length);
    return { bytes, atEnd: length < this.#buffer.length };
  }

  /** A fingerprint grows with its file until it is long enough. */
  async #identify(tail: Tail): Promise<void> {
    const { fingerprint_size: size } = this.#options.config;
    if (tail.fingerprint.length >= size || tail.source === undefined) return;
    const head = Buffer.alloc(size);
    const length = await tail.source.read(head, 0);
    if (length <= tail.fingerprint.length) return;
    tail.fingerprint = head.subarray(0, length);
    tail.dirty = true;
  }

  /** Cuts a piece into records and adds them to the batch. */
  #cut(
    tail: Tail,
    { bytes, atEnd }: { bytes: Buffer; atEnd: boolean },
    { final, labels }: { final: boolean; labels: EntryMap },
  ): Used {
    const { sink } = this.#options;
    const batch = new Batch(tail, bytes, this.#options, this.#range);
    sink.begin(tail, bytes, batch.labels(labels));
    const splitter = this.#splitter;
    splitter.begin(bytes);
    while (!batch.full && splitter.next(false)) batch.add(splitter.start, splitter.end);
    let used = splitter.position;
    if (!batch.full) used = batch.addLong(used);
    const left = bytes.length - used;
    if (!batch.full && atEnd && left > 0 && (final || this.#isOverdue(tail, used, left))) {
      splitter.begin(bytes.subarray(used));
      while (splitter.next(true)) batch.add(used + splitter.start, used + splitter.end);
      used = bytes.length;
    }
    const flushes = !batch.full && atEnd;
    if (flushes) sink.flush(final ? 'all' : 'due');
    if (atEnd) this.#notePending(tail, bytes.length - used, used);
    else tail.pendingLength = 0;
    return { bytes: used, records: batch.records, full: batch.full };
  }

  #isOverdue(tail: Tail, used: number, left: number): boolean {
    const { force_flush_period: period } = this.#options.config;
    if (period === 0 || used > 0 || left !== tail.pendingLength) return false;
    return performance.now() - tail.pendingSinceMs >= period;
  }

  #notePending(tail: Tail, left: number, used: number): void {
    if (used === 0 && left === tail.pendingLength) return;
    tail.pendingLength = left;
    tail.pendingSinceMs = performance.now();
  }

  async #deliver(stop: AbortSignal): Promise<'done' | 'stopped'> {
    const telemetry = this.#options.sink.finish();
    if (telemetry === undefined) return 'done';
    const delivered = await this.#options.delivery.deliver(telemetry, stop);
    return delivered === 'stopped' ? 'stopped' : 'done';
  }

  #advance(tail: Tail, bytes: Buffer, used: Used): void {
    if (used.bytes > 0) {
      tail.anchor = anchorOf(tail.anchor, bytes.subarray(0, used.bytes));
      tail.offset += used.bytes;
      tail.number += used.records;
      tail.quietSinceMs = performance.now();
      tail.dirty = true;
    }
    tail.settle();
  }

  #grow(): void {
    const most = this.#options.config.max_log_size * 2 + READ_BYTES + ANCHOR_BYTES;
    const bytes = Math.min(this.#buffer.length * 2, most);
    this.#buffer = Buffer.allocUnsafeSlow(bytes);
  }
}

/** The records of one piece on their way into the sink. */
class Batch {
  records = 0;
  readonly #tail: Tail;
  readonly #bytes: Buffer;
  readonly #options: TailReaderOptions;
  readonly #range: TrimmedRange;

  constructor(tail: Tail, bytes: Buffer, options: TailReaderOptions, range: TrimmedRange) {
    this.#tail = tail;
    this.#bytes = bytes;
    this.#options = options;
    this.#range = range;
  }

  get full(): boolean {
    const { sink } = this.#options;
    return sink.itemCount >= BATCH_RECORDS_MAX || sink.byteCount >= BATCH_BYTES_MAX;
  }

  labels(labels: EntryMap): EntryMap {
    const { headerAttributes } = this.#tail;
    return headerAttributes.size === 0 ? labels : new Map([...labels, ...headerAttributes]);
  }

  /** A record; one that is too long becomes several. */
  add(start: number, end: number): void {
    const { max_log_size: most } = this.#options.config;
    let from = start;
    for (; end - from > most; from += this.#pieceLength(from)) {
      this.#addOne(from, from + this.#pieceLength(from));
    }
    this.#addOne(from, end);
  }

  /** What has no end and is too long already becomes records; returns what is used up. */
  addLong(from: number): number {
    const { max_log_size: most } = this.#options.config;
    let used = from;
    while (!this.full && this.#bytes.length - used >= most) {
      const length = this.#pieceLength(used);
      this.#addOne(used, used + length);
      used += length;
    }
    return used;
  }

  /** Not within a character of UTF-8 or UTF-16. */
  #pieceLength(from: number): number {
    const { max_log_size: most, encoding } = this.#options.config;
    if (encoding.unitBytes === 2) return Math.max(2, most - (most % 2));
    let length = most;
    const isInside = (at: number): boolean => ((this.#bytes[at] ?? 0) & 0xc0) === 0x80;
    while (length > 1 && most - length < 3 && isInside(from + length)) length--;
    return isInside(from + length) ? most : length;
  }

  #addOne(start: number, end: number): void {
    const { config, sink, header } = this.#options;
    const tail = this.#tail;
    const range = this.#range;
    range.start = start;
    range.end = end;
    const { unitBytes, kind } = config.encoding;
    if (unitBytes === 1 && kind !== 'nop') trimRecord(this.#bytes, range, config);
    if (range.start === range.end) return;
    if (!tail.headerDone && header !== undefined) {
      if (header.take(tail, this.#bytes.subarray(range.start, range.end))) return;
      sink.begin(
        tail,
        this.#bytes,
        new Map([...(tail.attributes ?? []), ...tail.headerAttributes]),
      );
    }
    const number = tail.number + this.records++;
    sink.add({ start: range.start, end: range.end, offset: tail.offset + start, number });
  }
}

/** The last bytes of what came before an offset. */
function anchorOf(before: Buffer, bytes: Buffer): Buffer {
  if (bytes.length >= ANCHOR_BYTES) {
    return Buffer.from(bytes.subarray(bytes.length - ANCHOR_BYTES));
  }
  const joined = Buffer.concat([before, bytes]);
  return joined.subarray(Math.max(0, joined.length - ANCHOR_BYTES));
}
