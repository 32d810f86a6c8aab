import { newUint8, viewOf } from './slab.ts';

/** Bytes that may be written past `length` by word-wise copies; always kept allocated behind it. */
export const SLACK_BYTES = 16;

/** What a run begins with. */
interface FirstBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/**
 * Of every run before its first byte: whoever reserves one gets other memory, so that nothing is ever
 * written here.
 */
const NO_BYTES: FirstBytes = zeros(SLACK_BYTES);

/** The same behind the empty string that every dictionary begins with. */
const EMPTY_STRING: FirstBytes = zeros(SLACK_BYTES + 1);

function zeros(length: number): FirstBytes {
  const bytes = new Uint8Array(length);
  return { bytes, view: viewOf(bytes) };
}

/**
 * A growable run of bytes.
 *
 * Writers call `reserve(n)` once, then write at `length` without further checks. A write past the
 * allocation would be dropped silently by the typed array, so the reservation is the bound.
 */
export class ByteRun {
  bytes: Uint8Array;
  view: DataView;
  /** Bytes in use. */
  length = 0;
  #marked = 0;
  /** Node's own reader of text over `bytes`. */
  #buffer: Buffer | undefined;
  /** What the first growth makes room for. */
  #firstBytes = 0;
  #isExtended = false;

  /** A run that takes no memory until something is written, and then room for `capacityBytes`. */
  static whenNeeded(capacityBytes: number): ByteRun {
    const run = new ByteRun(0, NO_BYTES);
    run.#firstBytes = capacityBytes + SLACK_BYTES;
    return run;
  }

  /** As `whenNeeded`, with one string in it: the empty one. */
  static ofEmptyString(capacityBytes: number): ByteRun {
    const run = new ByteRun(0, EMPTY_STRING);
    run.#firstBytes = capacityBytes + SLACK_BYTES;
    run.length = 1;
    return run;
  }

  constructor(capacityBytes: number, first?: FirstBytes) {
    const given = capacityBytes === 0 ? (first ?? NO_BYTES) : first;
    this.bytes = given === undefined ? newUint8(capacityBytes + SLACK_BYTES) : given.bytes;
    this.view = given === undefined ? viewOf(this.bytes) : given.view;
  }

  /** Makes room for `n` more bytes (plus slack); contents are kept, `bytes` and `view` may be new. */
  reserve(n: number): void {
    const needed = this.length + n + SLACK_BYTES;
    if (needed <= this.bytes.length) return;
    const grown = newUint8(Math.max(this.bytes.length * 2, needed, this.#firstBytes));
    if (this.length > 0) grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = viewOf(grown);
    this.#buffer = undefined;
  }

  /**
   * A run with these bytes, to be written behind them. The first one lies in the same memory, for
   * which this run, of a batch that is decoded, has no use any more; every other one is a copy.
   */
  extend(): ByteRun {
    if (!this.#isExtended) {
      this.#isExtended = true;
      const run = new ByteRun(0, this);
      run.length = this.length;
      return run;
    }
    const copy = new ByteRun(this.length + (this.length >>> 3));
    copy.bytes.set(this.used());
    copy.length = this.length;
    return copy;
  }

  /** Bytes `[start, end)` as text; what is no UTF-8 becomes U+FFFD. */
  text(start: number, end: number): string {
    const { buffer, byteOffset, length } = this.bytes;
    this.#buffer ??= Buffer.from(buffer, byteOffset, length);
    return this.#buffer.toString('utf8', start, end);
  }

  /** Remembers the state that `rollback` returns to; one mark at a time. */
  mark(): void {
    this.#marked = this.length;
  }

  rollback(): void {
    this.length = this.#marked;
  }

  /** The bytes in use; a view, valid until the next write. */
  used(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
