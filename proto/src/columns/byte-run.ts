/** Bytes that may be written past `length` by word-wise copies; always kept allocated behind it. */
export const SLACK_BYTES = 16;

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
  /** What the first growth makes room for. */
  #firstBytes = 0;

  /** A run that takes no memory until something is written, and then room for `capacityBytes`. */
  static whenNeeded(capacityBytes: number): ByteRun {
    const run = new ByteRun(0);
    run.#firstBytes = capacityBytes + SLACK_BYTES;
    return run;
  }

  constructor(capacityBytes: number) {
    this.bytes = new Uint8Array(capacityBytes + SLACK_BYTES);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `n` more bytes (plus slack); contents are kept, `bytes` and `view` may be new. */
  reserve(n: number): void {
    const needed = this.length + n + SLACK_BYTES;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, needed, this.#firstBytes));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
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
