import { ByteRun } from './byte-run.ts';
import { growUint32, NO_UINT32 } from './grow.ts';

/** A list of 32-bit indexes a row: row i owns `[end(i - 1), end(i))` of `indices`. */
export class IndexList {
  /** int32 each, little-endian. */
  readonly indices: ByteRun;
  /** Indexes, not bytes; a Native offset of two words. */
  end: Uint32Array;

  constructor(bytes: number) {
    this.indices = ByteRun.whenNeeded(bytes);
    this.end = NO_UINT32;
  }

  growRows(rows: number): void {
    this.end = growUint32(this.end, rows * 2);
  }

  /** Closes row `row`: what was appended since the row before is its own. */
  endRow(row: number): void {
    this.end[row * 2] = this.indices.length >>> 2;
  }

  mark(): void {
    this.indices.mark();
  }

  rollback(): void {
    this.indices.rollback();
  }

  reset(): void {
    this.indices.length = 0;
  }
}
