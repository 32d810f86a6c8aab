import { ByteRun } from './byte-run.ts';

/**
 * Interned byte strings: equal bytes have equal ids, dense from 1; id 0 is the empty string.
 *
 * `run` is a Native String sequence in id order (varint length, bytes), so a LowCardinality
 * dictionary is written by one copy. This class is storage and reading; `intern.ts` adds to it.
 */
export class Dictionary {
  readonly run: ByteRun;
  /** Ids in use, the empty string included. */
  count = 1;
  capacity: number;
  /** Where id i's length prefix starts in `run`; entry `count` is the end. */
  offset: Int32Array;
  hash: Int32Array;
  /** Open addressing, linear probing; 0 is a free slot. Twice the capacity. */
  slots: Int32Array;
  /** The id that followed id i last time: repeated orders are found by one comparison. */
  successor: Int32Array;
  previous = 0;

  constructor(capacity: number, bytes: number) {
    this.capacity = capacity;
    this.run = new ByteRun(bytes);
    this.offset = new Int32Array(capacity + 1);
    this.hash = new Int32Array(capacity);
    this.slots = new Int32Array(capacity * 2);
    this.successor = new Int32Array(capacity);
    this.run.length = 1;
    this.offset[1] = 1;
  }

  /** Forgets every id and keeps the memory. */
  reset(): void {
    this.slots.fill(0);
    this.successor.fill(0);
    this.count = 1;
    this.previous = 0;
    this.run.length = 1;
  }
}
