import { indexWithin } from './byte-class.ts';

const NEWLINE = 10;
const COLON = 58;
/** Bytes of a record that are kept; what comes behind is counted. */
const RECORD_BYTES_MAX = 65_536;
const CAUSES: readonly Buffer[] = ['Caused by: ', 'Suppressed: '].map((text) => Buffer.from(text));
const TRACEBACK = Buffer.from('Traceback (most recent call last):');

type TakeRecord = (bytes: Uint8Array, from: number, to: number) => void;

/**
 * Cuts a stream of bytes into records: lines, with the lines of a stack trace that follow. Bounded
 * whatever comes: a record's first 64 KiB are kept.
 */
export class RecordSplitter {
  /** Bytes that there was no room for. */
  droppedBytes = 0;
  lines = 0;
  readonly #take: TakeRecord;
  /** The record, and behind it the line that may belong to it. */
  readonly #record: Buffer = Buffer.alloc(2 * RECORD_BYTES_MAX);
  #length = 0;
  /** Where the line that is being read begins in the record. */
  #lineStart = 0;
  #isInTraceback = false;

  constructor(take: TakeRecord) {
    this.#take = take;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      const found = indexWithin(chunk, NEWLINE, at, chunk.length);
      this.#append(chunk, at, found < 0 ? chunk.length : found);
      if (found < 0) return;
      this.#endLine();
      at = found + 1;
    }
  }

  /** The last record, with or without its line's end. */
  end(): void {
    if (this.#length > this.#lineStart) this.#endLine();
    this.#flush(this.#length);
  }

  #append(chunk: Uint8Array, from: number, to: number): void {
    const room = this.#lineStart + RECORD_BYTES_MAX - 1 - this.#length;
    const taken = Math.min(room, to - from);
    this.#record.set(chunk.subarray(from, from + taken), this.#length);
    this.#length += taken;
    this.droppedBytes += to - from - taken;
  }

  #endLine(): void {
    this.lines++;
    let start = this.#lineStart;
    if (start > 0 && !this.#continues(start)) {
      // The record ends before the newline in front of this line, which begins the next.
      this.#take(this.#record, 0, this.#withoutNewline(start));
      this.#record.copyWithin(0, start, this.#length);
      this.#length -= start;
      this.#isInTraceback = false;
      start = 0;
    }
    if (this.#holds(TRACEBACK, start)) this.#isInTraceback = true;
    if (this.#length < RECORD_BYTES_MAX - 1) {
      this.#record[this.#length++] = NEWLINE;
    } else {
      this.droppedBytes += this.#length - (RECORD_BYTES_MAX - 1);
      this.#length = RECORD_BYTES_MAX - 1;
    }
    this.#lineStart = this.#length;
  }

  /** Whether the line at `start` belongs to the record before it. */
  #continues(start: number): boolean {
    const record = this.#record;
    if (this.#length === start) return false;
    const first = record[start];
    if (first === 32 || first === 9) return true;
    if (CAUSES.some((cause) => this.#holds(cause, start))) return true;
    if (!this.#isInTraceback) return false;
    // The exception that a traceback ends with.
    this.#isInTraceback = record[start - 2] === COLON;
    return true;
  }

  #holds(text: Buffer, at: number): boolean {
    return (
      this.#record.compare(text, 0, text.length, at, Math.min(this.#length, at + text.length)) === 0
    );
  }

  /** A record that is full has none. */
  #withoutNewline(length: number): number {
    return length > 0 && this.#record[length - 1] === NEWLINE ? length - 1 : length;
  }

  #flush(length: number): void {
    const end = this.#withoutNewline(length);
    if (end > 0 || length > 0) this.#take(this.#record, 0, end);
    this.#length = 0;
    this.#lineStart = 0;
    this.#isInTraceback = false;
  }
}
