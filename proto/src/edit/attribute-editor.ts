import { AnyValueType } from '../columns/any-value-type.ts';
import type { AttributeList } from '../columns/attribute-list.ts';
import { ByteRun } from '../columns/byte-run.ts';
import type { Dictionary } from '../columns/dictionary.ts';
import { growInt32, growUint8, growUint32 } from '../columns/grow.ts';
import { internText } from '../columns/intern.ts';
import { nativeStart, nativeString } from '../read/native-text.ts';
import {
  type AttributeValue,
  appendNativeValue,
  readNativeValue,
  readShortInteger,
} from './attribute-value.ts';
import { AttributeWriter } from './attribute-writer.ts';
import { copyDictionary, findId } from './edit-dictionary.ts';
import type { AttributeColumns } from './select-rows.ts';

/** Values that are written to one row, before there must be more room. */
const NEW_VALUES_FIRST = 32;

/**
 * Edits the attributes of rows, one row at a time and the rows in order; the source is not written
 * to. Within a row an entry is named by its place, which changes when entries before it are removed;
 * keys are ids of `dictionary`. Duplicate keys are entries of their own.
 */
export class AttributeEditor {
  /** The source's until a new key comes. */
  dictionary: Dictionary;
  /** Entries of the open row. */
  count = 0;
  readonly #source: AttributeList;
  readonly #sourceEnd: Uint32Array;
  readonly #writer: AttributeWriter;
  #changed = false;
  /** Output rows that are closed, and where their entries end (two words a row). */
  #rows = 0;
  #end: Uint32Array;
  #isOpen = false;
  /** The open row in the source. */
  #from = 0;
  #touched = false;
  /** Entries of a touched row: an entry of the source, or ~i for the i-th new value. */
  #entries: Int32Array = new Int32Array(32);
  /** Keys of a touched row. */
  #keys: Uint32Array = new Uint32Array(32);
  readonly #newValues = new ByteRun(256);
  #newCount = 0;
  #newKeys: Uint32Array = new Uint32Array(NEW_VALUES_FIRST);
  #newTypes: Uint8Array = new Uint8Array(NEW_VALUES_FIRST);
  /** One more than there are values: the last is the end. */
  #newStarts: Uint32Array = new Uint32Array(NEW_VALUES_FIRST + 1);
  /** Ids of keys that were asked for to be written: few, and the same in every row. */
  readonly #interned = new Map<string, number>();

  constructor(columns: AttributeColumns) {
    this.#source = columns.attributes;
    this.#sourceEnd = columns.attributeEnd;
    this.dictionary = columns.attributes.keyDictionary;
    this.#writer = new AttributeWriter(columns.attributes);
    this.#end = new Uint32Array(columns.attributeEnd.length);
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
    this.#close();
    this.#keepTo(row);
    this.#open(row);
  }

  /**
   * Opens the next output row with the attributes of row `row` of the source, whichever it is. Not
   * to be mixed with `openRow`; a result whose rows are others than the source's has changed.
   */
  openCopy(row: number): void {
    this.#close();
    this.#open(row);
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
    const keys = this.#touched ? this.#keys : this.#source.keys;
    const first = this.#touched ? 0 : this.#from;
    const end = first + this.count;
    for (let at = first + from; at < end; at++) if (keys[at] === key) return at - first;
    return -1;
  }

  keyAt(index: number): number {
    return this.#touched ? this.#keys[index] : this.#source.keys[this.#from + index];
  }

  /** `AnyValueType`. */
  typeAt(index: number): number {
    const entry = this.#touched ? this.#entries[index] : this.#from + index;
    return entry < 0 ? this.#newTypes[~entry] : this.#source.types[entry];
  }

  /** The run that holds the value, as a Native String at `startAt`, until the row is written to. */
  runAt(index: number): ByteRun {
    const entry = this.#touched ? this.#entries[index] : this.#from + index;
    return entry < 0 ? this.#newValues : this.#source.values;
  }

  startAt(index: number): number {
    const entry = this.#touched ? this.#entries[index] : this.#from + index;
    return entry < 0 ? this.#newStarts[~entry] : this.#source.valueStart[entry];
  }

  valueAt(index: number): AttributeValue {
    return readNativeValue(this.runAt(index), this.startAt(index), this.typeAt(index));
  }

  /** Whether the value is the text of these bytes. */
  isText(index: number, text: Uint8Array): boolean {
    if (this.typeAt(index) !== AnyValueType.string) return false;
    const { bytes } = this.runAt(index);
    const start = nativeStart(bytes, this.startAt(index));
    if (nativeString.length !== text.length) return false;
    for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
    return true;
  }

  /** The value if it is an int64 of up to 15 digits, else NaN. */
  shortInteger(index: number): number {
    if (this.typeAt(index) !== AnyValueType.int) return Number.NaN;
    return readShortInteger(this.runAt(index).bytes, this.startAt(index));
  }

  set(index: number, value: AttributeValue): void {
    const key = this.keyAt(index);
    this.#touch();
    this.#entries[index] = this.#newEntry(key, value);
  }

  append(key: number, value: AttributeValue): void {
    this.#touch();
    if (this.count === this.#entries.length) {
      this.#entries = growInt32(this.#entries, this.count * 2);
      this.#keys = growUint32(this.#keys, this.count * 2);
    }
    this.#keys[this.count] = key;
    this.#entries[this.count++] = this.#newEntry(key, value);
  }

  remove(index: number): void {
    this.#touch();
    const last = --this.count;
    for (let i = index; i < last; i++) {
      this.#entries[i] = this.#entries[i + 1];
      this.#keys[i] = this.#keys[i + 1];
    }
  }

  /** Removes every entry of a key; returns how many there were. */
  removeKey(key: number): number {
    let removed = 0;
    for (let i = this.indexOf(key); i !== -1; i = this.indexOf(key, i)) {
      this.remove(i);
      removed++;
    }
    return removed;
  }

  clear(): void {
    this.#touch();
    this.count = 0;
  }

  /** The edited columns; those of the source where no row was written to. `rows` is all of them. */
  finish(rows: number): AttributeColumns {
    this.#close();
    if (!this.#changed) {
      return { attributes: this.#source, attributeEnd: this.#sourceEnd };
    }
    this.#keepTo(rows);
    return this.finishCopy();
  }

  /** The columns of the rows opened with `openCopy`. */
  finishCopy(): AttributeColumns {
    this.#close();
    return { attributes: this.#writer.finish(this.dictionary), attributeEnd: this.#end };
  }

  #startOf(row: number): number {
    return row === 0 ? 0 : this.#sourceEnd[row * 2 - 2];
  }

  #open(row: number): void {
    this.#isOpen = true;
    this.#touched = false;
    this.#from = this.#startOf(row);
    this.count = this.#sourceEnd[row * 2] - this.#from;
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#touched) {
      this.#writeTouched();
      this.#touched = false;
    } else {
      this.#writer.keep(this.#from, this.#from + this.count);
    }
    this.#endRow(this.#writer.count);
  }

  #writeTouched(): void {
    const writer = this.#writer;
    const entries = this.#entries;
    const { count } = this;
    for (let i = 0; i < count; i++) {
      const entry = entries[i];
      if (entry < 0) {
        this.#writeNew(~entry);
        continue;
      }
      let end = entry + 1;
      for (; i + 1 < count && entries[i + 1] === end; i++) end++;
      writer.keep(entry, end);
    }
  }

  #writeNew(index: number): void {
    const at = this.#newStarts[index];
    const size = this.#newStarts[index + 1] - at;
    this.#writer.append(this.#newKeys[index], this.#newTypes[index], this.#newValues, at, size);
  }

  /** Keeps the rows of the source from the last closed one to `row`. */
  #keepTo(row: number): void {
    if (this.#rows >= row) return;
    const from = this.#startOf(this.#rows);
    const shift = this.#writer.count - from;
    this.#writer.keep(from, this.#startOf(row));
    for (let i = this.#rows; i < row; i++) this.#endRow(this.#sourceEnd[i * 2] + shift);
  }

  #endRow(entries: number): void {
    const at = this.#rows * 2;
    if (at >= this.#end.length) this.#end = growUint32(this.#end, Math.max(32, at * 2));
    this.#end[at] = entries;
    this.#rows++;
  }

  #touch(): void {
    if (this.#touched) return;
    this.#touched = true;
    this.#changed = true;
    this.#newValues.length = 0;
    this.#newCount = 0;
    const { count } = this;
    if (count > this.#entries.length) {
      this.#entries = new Int32Array(count * 2);
      this.#keys = new Uint32Array(count * 2);
    }
    const { keys } = this.#source;
    for (let i = 0, entry = this.#from; i < count; i++, entry++) {
      this.#entries[i] = entry;
      this.#keys[i] = keys[entry];
    }
  }

  #newEntry(key: number, value: AttributeValue): number {
    const type = appendNativeValue(this.#newValues, value);
    const index = this.#newCount++;
    if (index === this.#newKeys.length) this.#growNew(index * 2);
    this.#newKeys[index] = key;
    this.#newTypes[index] = type;
    this.#newStarts[index + 1] = this.#newValues.length;
    return ~index;
  }

  #growNew(count: number): void {
    this.#newKeys = growUint32(this.#newKeys, count);
    this.#newTypes = growUint8(this.#newTypes, count);
    this.#newStarts = growUint32(this.#newStarts, count + 1);
  }
}

/**
 * Edits the attributes of the rows of a table: `edit` is called with each row open, in order.
 * Returns undefined when nothing was written to.
 */
export function rewriteAttributes(
  columns: AttributeColumns & { readonly count: number },
  edit: (attributes: AttributeEditor, row: number) => void,
): AttributeColumns | undefined {
  const editor = new AttributeEditor(columns);
  for (let row = 0; row < columns.count; row++) {
    editor.openRow(row);
    edit(editor, row);
  }
  const edited = editor.finish(columns.count);
  return editor.changed ? edited : undefined;
}
