import { AnyValueType, FIRST_ENCODED_TYPE } from '../columns/any-value-type.ts';
import { AttributeList } from '../columns/attribute-list.ts';
import type { ByteRun } from '../columns/byte-run.ts';
import type { Dictionary } from '../columns/dictionary.ts';
import { growUint8, growUint32, NO_UINT8, NO_UINT32 } from '../columns/grow.ts';
import { internText } from '../columns/intern.ts';
import { dictionaryText, nativeStart, nativeString } from '../read/native-text.ts';
import type { AttributeRow, NativeRun } from './attribute-row.ts';
import {
  type AttributeValue,
  appendNativeValue,
  readNativeValue,
  readShortInteger,
} from './attribute-value.ts';
import { copyDictionary, findId } from './edit-dictionary.ts';
import { copyBytes, countEncoded } from './gather.ts';
import type { AttributeColumns } from './select-rows.ts';

/** Room for entries beside those of the source, and how many more a growth makes room for. */
const ENTRIES_MIN = 32;

/** Fewer elements are copied by a loop: views cost more. */
const VIEW_ELEMENTS_MIN = 48;

/** Values written last are remembered by so many of their keys: constants are written once a batch. */
const REMEMBERED_KEYS = 32;

interface WrittenValue {
  value: AttributeValue;
  type: number;
  start: number;
}

/**
 * Edits the attributes of rows, one row at a time and the rows in order; the source is not written
 * to. Within a row an entry is named by its place, which changes when entries before it are removed;
 * keys are ids of `dictionary`. Duplicate keys are entries of their own.
 *
 * The entries of a row that is written to are copied to the end of a new list and changed there; those
 * between two such rows are copied at once. Values are not copied: the new list shares the source's
 * and has what is written behind them.
 */
export class AttributeEditor implements AttributeRow {
  /** The source's until a new key comes. */
  dictionary: Dictionary;
  /** Entries of the open row. */
  count = 0;
  readonly #source: AttributeList;
  readonly #sourceEnd: Uint32Array;
  #changed = false;
  #touched = false;
  /** The lists that the open row lies in, from `#from` on: the source's until it is written to. */
  #from = 0;
  #keys: Uint32Array;
  #types: Uint8Array;
  #starts: Uint32Array;
  /** The new list: rows that are in it, their entries and where those end (two words a row). */
  #rows = 0;
  #newCount = 0;
  #newKeys: Uint32Array = NO_UINT32;
  #newTypes: Uint8Array = NO_UINT8;
  #newStarts: Uint32Array = NO_UINT32;
  #end: Uint32Array = NO_UINT32;
  /** The open row's number among those of the new list. */
  #row = -1;
  /** The source's row of each that was opened with `openCopy`. */
  readonly #copies: number[] = [];
  #isCopying = false;
  #values: ByteRun;
  #encodedWritten = 0;
  readonly #written: WrittenValue[] = [];
  /** Ids of keys that were asked for to be written: few, and the same in every row. */
  readonly #interned = new Map<string, number>();
  /** Texts of keys by id. */
  readonly #texts: string[] = [];

  constructor(columns: AttributeColumns) {
    const { attributes } = columns;
    this.#source = attributes;
    this.#sourceEnd = columns.attributeEnd;
    this.dictionary = attributes.keyDictionary;
    this.#keys = attributes.keys;
    this.#types = attributes.types;
    this.#starts = attributes.valueStart;
    this.#values = attributes.values;
  }

  /** Whether any row was written to. */
  get changed(): boolean {
    return this.#changed;
  }

  /** Whether the open row was written to. */
  get touched(): boolean {
    return this.#touched;
  }

  /** Opens row `row` of the source, behind the one that is open; those between stay as they are. */
  openRow(row: number): void {
    if (this.#touched) this.#close();
    this.#row = row;
    this.#open(row);
  }

  /**
   * Opens the next output row with the attributes of row `row` of the source, whichever it is. Not
   * to be mixed with `openRow`; a result whose rows are others than the source's has changed.
   */
  openCopy(row: number): void {
    if (this.#touched) this.#close();
    this.#isCopying = true;
    this.#row = this.#copies.length;
    this.#copies.push(row);
    this.#open(row);
  }

  get keyCount(): number {
    return this.dictionary.count;
  }

  /** The id of a key, or -1 when no row has it. */
  findKey(text: string): number {
    return findId(this.dictionary, text);
  }

  /** The id of a key, which gets one if it is new. Throws `MalformedError` for one over 2 MiB. */
  internKey(text: string): number {
    const known = this.#interned.get(text);
    if (known !== undefined) return known;
    let id = findId(this.dictionary, text);
    if (id === -1) {
      if (this.dictionary === this.#source.keyDictionary) {
        this.dictionary = copyDictionary(this.dictionary);
      }
      id = internText(this.dictionary, text);
    }
    this.#interned.set(text, id);
    return id;
  }

  /** The place of the first entry with this key from `from` on, or -1. */
  indexOf(key: number, from = 0): number {
    const keys = this.#keys;
    const first = this.#from;
    const end = first + this.count;
    for (let at = first + from; at < end; at++) if (keys[at] === key) return at - first;
    return -1;
  }

  keyAt(index: number): number {
    return this.#keys[this.#from + index];
  }

  keyTextAt(index: number): string {
    const id = this.keyAt(index);
    this.#texts[id] ??= dictionaryText(this.dictionary, id);
    return this.#texts[id];
  }

  /** `AnyValueType`. */
  typeAt(index: number): number {
    return this.#types[this.#from + index];
  }

  bytesAt(): Uint8Array {
    return this.#values.bytes;
  }

  startAt(index: number): number {
    return this.#starts[this.#from + index];
  }

  valueAt(index: number): AttributeValue {
    const at = this.#from + index;
    return readNativeValue(this.#values, this.#starts[at], this.#types[at]);
  }

  /** Whether the value is the text of these bytes. */
  isText(index: number, text: Uint8Array): boolean {
    if (this.typeAt(index) !== AnyValueType.string) return false;
    const { bytes } = this.#values;
    const start = nativeStart(bytes, this.startAt(index));
    if (nativeString.length !== text.length) return false;
    for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
    return true;
  }

  /** The value if it is an int64 of up to 15 digits, else NaN. */
  shortInteger(index: number): number {
    if (this.typeAt(index) !== AnyValueType.int) return Number.NaN;
    return readShortInteger(this.#values.bytes, this.startAt(index));
  }

  set(index: number, value: AttributeValue): void {
    this.#touch();
    this.#write(this.#from + index, value);
  }

  /** Sets the text of the Native String at `start` of a run. */
  setNative(index: number, run: NativeRun, start: number): void {
    this.#touch();
    this.#ownValues();
    const at = this.#from + index;
    const values = this.#values;
    const size = nativeStart(run.bytes, start) + nativeString.length - start;
    values.reserve(size);
    this.#types[at] = AnyValueType.string;
    this.#starts[at] = values.length;
    copyBytes(run, start, size, values);
  }

  append(key: number, value: AttributeValue): void {
    this.#touch();
    const at = this.#from + this.count;
    this.#reserve(at + 1);
    this.#keys[at] = key;
    this.#write(at, value);
    this.count++;
  }

  remove(index: number): void {
    this.#touch();
    const last = this.#from + --this.count;
    for (let at = this.#from + index; at < last; at++) {
      this.#keys[at] = this.#keys[at + 1];
      this.#types[at] = this.#types[at + 1];
      this.#starts[at] = this.#starts[at + 1];
    }
  }

  clear(): void {
    this.#touch();
    this.count = 0;
  }

  /** The edited columns; those of the source where no row was written to. `rows` is all of them. */
  finish(rows: number): AttributeColumns {
    if (this.#touched) this.#close();
    if (!this.#changed) {
      return { attributes: this.#source, attributeEnd: this.#sourceEnd };
    }
    return this.#finish(rows);
  }

  /** The columns of the rows opened with `openCopy`. */
  finishCopy(): AttributeColumns {
    if (this.#touched) this.#close();
    return this.#finish(this.#copies.length);
  }

  #finish(rows: number): AttributeColumns {
    this.#catchUp(rows);
    const types = this.#newTypes;
    const count = this.#newCount;
    const isTextAlone = this.#source.encodedCount + this.#encodedWritten === 0;
    const attributes = Object.assign(new AttributeList(0, 0), {
      count,
      capacity: types.length,
      keys: this.#newKeys,
      types,
      valueStart: this.#newStarts,
      values: this.#values,
      keyDictionary: this.dictionary,
      encodedCount: isTextAlone ? 0 : countEncoded(types, count),
      isDense: false,
    });
    return { attributes, attributeEnd: this.#end };
  }

  #startOf(row: number): number {
    return row === 0 ? 0 : this.#sourceEnd[row * 2 - 2];
  }

  #open(row: number): void {
    this.#from = this.#startOf(row);
    this.count = this.#sourceEnd[row * 2] - this.#from;
  }

  /** The open row is done: it is the last one of the new list. */
  #close(): void {
    this.#touched = false;
    this.#endRow(this.#from + this.count);
    const { keys, types, valueStart } = this.#source;
    this.#keys = keys;
    this.#types = types;
    this.#starts = valueStart;
  }

  #touch(): void {
    if (this.#touched) return;
    this.#changed = true;
    this.#catchUp(this.#row);
    const at = this.#newCount;
    this.#copy(this.#from, this.#from + this.count);
    // The row's entries end where `#close` says.
    this.#newCount = at;
    this.#from = at;
    this.#keys = this.#newKeys;
    this.#types = this.#newTypes;
    this.#starts = this.#newStarts;
    this.#touched = true;
  }

  /** Brings the rows of the source that nobody wrote to into the new list, up to `row`. */
  #catchUp(row: number): void {
    if (this.#isCopying) {
      for (const copied of this.#copies.slice(this.#rows, row)) {
        this.#copy(this.#startOf(copied), this.#sourceEnd[copied * 2]);
        this.#endRow(this.#newCount);
      }
      return;
    }
    if (this.#rows >= row) return;
    const from = this.#startOf(this.#rows);
    const shift = this.#newCount - from;
    this.#copy(from, this.#startOf(row));
    for (let i = this.#rows; i < row; i++) this.#endRow(this.#sourceEnd[i * 2] + shift);
  }

  /** Copies entries of the source to the end of the new list. */
  #copy(from: number, to: number): void {
    const at = this.#newCount;
    const size = to - from;
    this.#reserve(at + size);
    this.#newCount = at + size;
    const { keys, types, valueStart } = this.#source;
    if (size >= VIEW_ELEMENTS_MIN) {
      this.#newKeys.set(keys.subarray(from, to), at);
      this.#newTypes.set(types.subarray(from, to), at);
      this.#newStarts.set(valueStart.subarray(from, to), at);
      return;
    }
    const newKeys = this.#newKeys;
    const newTypes = this.#newTypes;
    const newStarts = this.#newStarts;
    for (let i = 0; i < size; i++) {
      newKeys[at + i] = keys[from + i];
      newTypes[at + i] = types[from + i];
      newStarts[at + i] = valueStart[from + i];
    }
  }

  #endRow(entries: number): void {
    const at = this.#rows * 2;
    if (at >= this.#end.length) {
      const rows = Math.max(this.#sourceEnd.length, ENTRIES_MIN, at * 2);
      this.#end = growUint32(this.#end, rows);
    }
    this.#end[at] = entries;
    this.#rows++;
    this.#newCount = entries;
  }

  /** Makes room for `entries` in the new list. */
  #reserve(entries: number): void {
    if (entries <= this.#newTypes.length) return;
    const { count } = this.#source;
    const isOpen = this.#touched;
    const capacity = Math.max(entries + ENTRIES_MIN, count + (count >>> 2), this.#newCount * 2);
    this.#newKeys = growUint32(this.#newKeys, capacity);
    this.#newTypes = growUint8(this.#newTypes, capacity);
    this.#newStarts = growUint32(this.#newStarts, capacity);
    if (!isOpen) return;
    this.#keys = this.#newKeys;
    this.#types = this.#newTypes;
    this.#starts = this.#newStarts;
  }

  /** The value that entry `at` of the new list gets: the bytes of the last one where it is the same. */
  #write(at: number, value: AttributeValue): void {
    const slot = this.#keys[at] % REMEMBERED_KEYS;
    const last = this.#written[slot];
    // Numbers are equal that are written otherwise: 0 and -0.
    if (last !== undefined && last.value === value && typeof value !== 'number') {
      this.#types[at] = last.type;
      this.#starts[at] = last.start;
      return;
    }
    this.#ownValues();
    const start = this.#values.length;
    const type = appendNativeValue(this.#values, value);
    if (type >= FIRST_ENCODED_TYPE) this.#encodedWritten++;
    this.#types[at] = type;
    this.#starts[at] = start;
    if (last === undefined) this.#written[slot] = { value, type, start };
    else {
      last.value = value;
      last.type = type;
      last.start = start;
    }
  }

  #ownValues(): void {
    if (this.#values === this.#source.values) this.#values = this.#values.extend();
  }
}
