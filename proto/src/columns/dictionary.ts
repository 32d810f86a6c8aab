import { ByteRun } from './byte-run.ts';
import { newInt32 } from './slab.ts';

interface Entries {
  readonly offset: Int32Array;
  readonly hash: Int32Array;
  readonly slots: Int32Array;
  readonly successor: Int32Array;
}

/**
 * The entries of every dictionary before its first string. It has no room, so that the first string
 * finds arrays of its own and nothing is ever written here.
 */
const ONLY_EMPTY: Entries = {
  offset: Int32Array.of(0, 1),
  hash: new Int32Array(1),
  slots: new Int32Array(2),
  successor: new Int32Array(1),
};

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
  /** Open addressing, linear probing; 0 is a free slot. Twice the capacity, a power of two. */
  slots: Int32Array;
  /** The id that followed id i last time: repeated orders are found by one comparison. */
  successor: Int32Array;
  previous = 0;
  /** What the first growth makes room for. */
  firstCapacity: number;
  #marked = 1;

  /** A dictionary that takes hardly any memory until it has its first string. */
  static whenNeeded(capacity: number, bytes: number): Dictionary {
    const dictionary = new Dictionary(1, 1, ByteRun.ofEmptyString(bytes));
    dictionary.firstCapacity = capacity;
    return dictionary;
  }

  /** `first` is a run of the empty string: the dictionary is that of `whenNeeded`. */
  constructor(capacity: number, bytes: number, first?: ByteRun) {
    if ((capacity & (capacity - 1)) !== 0) throw new RangeError('capacity must be a power of two');
    this.capacity = capacity;
    this.firstCapacity = capacity;
    this.run = first ?? new ByteRun(bytes);
    const known = first === undefined ? undefined : ONLY_EMPTY;
    this.offset = known?.offset ?? newInt32(capacity + 1);
    this.hash = known?.hash ?? newInt32(capacity);
    this.slots = known?.slots ?? newInt32(capacity * 2);
    this.successor = known?.successor ?? newInt32(capacity);
    if (known !== undefined) return;
    this.run.length = 1;
    this.offset[1] = 1;
  }

  /** Remembers the ids that `rollback` keeps. */
  mark(): void {
    this.#marked = this.count;
  }

  /** Forgets the ids since `mark`, newest first, so that every probe chain is as it was. */
  rollback(): void {
    const { slots, hash } = this;
    const mask = slots.length - 1;
    const kept = this.#marked;
    for (let id = this.count - 1; id >= kept; id--) {
      let slot = hash[id] & mask;
      while (slots[slot] !== id) slot = (slot + 1) & mask;
      slots[slot] = 0;
      this.successor[id] = 0;
    }
    for (let id = 0; id < kept; id++) {
      if (this.successor[id] >= kept) this.successor[id] = 0;
    }
    this.previous = 0;
    this.count = kept;
    this.run.length = this.offset[kept];
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
