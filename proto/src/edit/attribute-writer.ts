import { AttributeList } from '../columns/attribute-list.ts';
import { ByteRun } from '../columns/byte-run.ts';
import { growUint8, growUint32 } from '../columns/grow.ts';
import { copyBytes, countEncoded, entryStart } from './gather.ts';

/** Entries at first, beside those of the source. */
const ENTRIES_MIN = 16;

/**
 * Writes a list that is mostly the entries of another one. Neighbours that are kept are one range,
 * copied when the next thing is not its neighbour: what nobody touches costs a copy of its bytes.
 */
export class AttributeWriter {
  readonly #source: AttributeList;
  /** The range of source entries that is kept but not copied yet. */
  #from = 0;
  #to = 0;
  #count = 0;
  #keys: Uint32Array = new Uint32Array(0);
  #types: Uint8Array = new Uint8Array(0);
  #start: Uint32Array = new Uint32Array(0);
  #values = new ByteRun(0);

  constructor(source: AttributeList) {
    this.#source = source;
  }

  /** Entries written or kept. */
  get count(): number {
    return this.#count + this.#to - this.#from;
  }

  /** Keeps the entries `[from, to)` of the source. */
  keep(from: number, to: number): void {
    if (from === this.#to) {
      this.#to = to;
      return;
    }
    if (from === to) return;
    this.#flush();
    this.#from = from;
    this.#to = to;
  }

  /** Appends an entry whose value is the `size` bytes at `at` of `run`: a Native String. */
  append(key: number, type: number, run: ByteRun, at: number, size: number): void {
    this.#flush();
    this.#reserve(1, size);
    const entry = this.#count++;
    this.#keys[entry] = key;
    this.#types[entry] = type;
    this.#start[entry] = this.#values.length;
    copyBytes(run, at, size, this.#values);
  }

  /** The list; the writer is done. */
  finish(keyDictionary: AttributeList['keyDictionary']): AttributeList {
    this.#flush();
    const count = this.#count;
    return Object.assign(new AttributeList(0, 0), {
      count,
      capacity: this.#keys.length,
      keys: this.#keys,
      types: this.#types,
      valueStart: this.#start,
      values: this.#values,
      keyDictionary,
      encodedCount: countEncoded(this.#types, count),
    });
  }

  #flush(): void {
    const from = this.#from;
    const to = this.#to;
    if (from === to) return;
    const source = this.#source;
    const first = source.valueStart[from];
    const size = entryStart(source, to) - first;
    this.#reserve(to - from, size);
    const shift = this.#values.length - first;
    const { keys, types, valueStart } = source;
    let at = this.#count;
    for (let entry = from; entry < to; entry++, at++) {
      this.#keys[at] = keys[entry];
      this.#types[at] = types[entry];
      this.#start[at] = valueStart[entry] + shift;
    }
    this.#count = at;
    copyBytes(source.values, first, size, this.#values);
    this.#from = to;
    this.#to = to;
  }

  #reserve(entries: number, bytes: number): void {
    if (this.#keys.length === 0) this.#allocate();
    const needed = this.#count + entries;
    if (needed > this.#keys.length) {
      const capacity = Math.max(needed, this.#keys.length * 2);
      this.#keys = growUint32(this.#keys, capacity);
      this.#types = growUint8(this.#types, capacity);
      this.#start = growUint32(this.#start, capacity);
    }
    this.#values.reserve(bytes);
  }

  /** Room for the source and some more, once something is written at all. */
  #allocate(): void {
    const { count, values } = this.#source;
    const capacity = ENTRIES_MIN + count + (count >>> 3);
    this.#keys = new Uint32Array(capacity);
    this.#types = new Uint8Array(capacity);
    this.#start = new Uint32Array(capacity);
    this.#values = new ByteRun(values.length + (values.length >>> 3));
  }
}
