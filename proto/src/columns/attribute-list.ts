import { ByteRun } from './byte-run.ts';
import { Dictionary } from './dictionary.ts';
import { growUint8, growUint32 } from './grow.ts';
import { newUint8, newUint32 } from './slab.ts';

/**
 * The attributes of many rows in one flat list, in the order they were sent, duplicates kept.
 * The owner of the rows holds `attributeEnd`: row i owns `[end(i - 1), end(i))`.
 *
 * A value is a Native String in `values`: the text of a string, bool (`true`, `false`), int
 * (decimal) or double (shortest text that reads back the same); for arrays, key-value lists and
 * bytes (`type >= FIRST_ENCODED_TYPE`) the encoded `AnyValue` message, decoded when somebody asks.
 */
export class AttributeList {
  count = 0;
  capacity: number;
  /** Ids in `keyDictionary`. */
  keys: Uint32Array;
  /** `AnyValueType`. */
  types: Uint8Array;
  /** Where the value's length prefix starts in `values`. */
  valueStart: Uint32Array;
  /**
   * Whether `values` is the values end to end, in order, and nothing else. As decoded it is; an edit
   * leaves values where they are, so that there are some that no entry has or several have.
   */
  isDense = true;
  readonly values: ByteRun;
  readonly keyDictionary: Dictionary;
  /** How many values are kept encoded; 0 lets the writer copy `values` whole. */
  encodedCount = 0;
  #markedCount = 0;
  #markedEncodedCount = 0;
  /** What the first growth makes room for. */
  #firstCapacity = 0;

  /** A list that takes hardly any memory until it has its first attribute. */
  static whenNeeded(capacity: number, bytes: number): AttributeList {
    const list = new AttributeList(0, bytes, ByteRun.whenNeeded(bytes));
    list.#firstCapacity = capacity;
    return list;
  }

  /** `capacity` in attributes, `bytes` of values. */
  constructor(capacity: number, bytes: number, values: ByteRun = new ByteRun(bytes)) {
    this.capacity = capacity;
    this.keys = newUint32(capacity);
    this.types = newUint8(capacity);
    this.valueStart = newUint32(capacity);
    this.values = values;
    this.keyDictionary = Dictionary.whenNeeded(64, 1 << 10);
  }

  growTo(rows: number): void {
    const capacity = Math.max(rows, this.#firstCapacity);
    this.keys = growUint32(this.keys, capacity);
    this.types = growUint8(this.types, capacity);
    this.valueStart = growUint32(this.valueStart, capacity);
    this.capacity = capacity;
  }

  mark(): void {
    this.#markedCount = this.count;
    this.#markedEncodedCount = this.encodedCount;
    this.values.mark();
    this.keyDictionary.mark();
  }

  rollback(): void {
    this.count = this.#markedCount;
    this.encodedCount = this.#markedEncodedCount;
    this.values.rollback();
    this.keyDictionary.rollback();
  }

  reset(): void {
    this.count = 0;
    this.encodedCount = 0;
    this.values.length = 0;
    this.keyDictionary.reset();
  }
}
