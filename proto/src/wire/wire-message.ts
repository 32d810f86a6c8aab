import { AnyValueType } from '../columns/any-value-type.ts';
import { growUint32, NO_UINT32 } from '../columns/grow.ts';
import type { AttributeRow, NativeRun } from '../edit/attribute-row.ts';
import type { AttributeValue } from '../edit/attribute-value.ts';
import { appendBytes, appendVarint32, varint32Bytes } from '../protobuf/copy.ts';
import { WireType } from '../protobuf/skip.ts';
import { readLength, readVarint, result } from '../protobuf/varint.ts';
import { nativeStart, nativeString } from '../read/native-text.ts';
import { skipped, skippedField } from './skipped-field.ts';
import { WireFields } from './wire-fields.ts';
import { unsupported } from './wire-unsupported.ts';
import { readWireValue, type WireBytes, wireTypeOf } from './wire-value.ts';

const KEY_TAG = 0x0a;
/** Of an `AnyValue` that is a string. */
const STRING_TAG = 0x0a;
const VALUE_TAG = 0x12;
/** Keys that are remembered from batch to batch; statements may make them up. */
const KEYS_KEPT_MAX = 256;

/** A number of a double may be written as an int64 of so many digits and is exact. */
const SHORT_INTEGER_LIMIT = 10 ** 15;

/** What was written for a key last: constants come again in every row. */
interface Written {
  value: AttributeValue;
  /** Of a field in `side`. */
  from: number;
  to: number;
}

/**
 * A message of a request that is open, as its fields in the order of the bytes: a row, a scope or a
 * resource. What is written lies beside the request, in `side`, and takes the place of the field it
 * changes.
 *
 * It is read when somebody first asks. `attributeField` of `open` is the number of its repeated
 * `KeyValue`, below 16.
 */
export class WireMessage extends WireFields implements AttributeRow {
  /** Entries of attributes. */
  #count = 0;
  /**
   * Attributes: their field, and where key and value lie in the same bytes as the field; the value
   * ends with it.
   */
  #field: Uint32Array = NO_UINT32;
  #keyStart: Uint32Array = NO_UINT32;
  #keyBytes: Uint32Array = NO_UINT32;
  #valueStart: Uint32Array = NO_UINT32;
  #start = 0;
  #end = 0;
  #attributeTag = 0;
  #isRead = true;
  /** Keys that were asked for, by number. */
  readonly #keys: Uint8Array[] = [];
  readonly #ids = new Map<string, number>();
  #written: (Written | undefined)[] = [];

  /** Before requests that are visited together: numbers of keys hold until the next call. */
  startBatch(): void {
    if (this.#keys.length <= KEYS_KEPT_MAX) return;
    this.#keys.length = 0;
    this.#ids.clear();
  }

  /** What was written for requests before this one is forgotten. */
  startRequest(): void {
    this.side.length = 0;
    this.#written = [];
  }

  override rest(): void {
    super.rest();
    this.#isRead = true;
    this.#count = 0;
    this.#written = [];
  }

  protected override forgetFields(): void {
    super.forgetFields();
    this.#field = NO_UINT32;
    this.#keyStart = NO_UINT32;
    this.#keyBytes = NO_UINT32;
    this.#valueStart = NO_UINT32;
  }

  open(source: WireBytes, start: number, end: number, attributeField: number): void {
    this.source = source;
    this.#start = start;
    this.#end = end;
    const tag = (attributeField << 3) | WireType.bytes;
    // What was written for a key has the tag in it; points of two kinds have others.
    if (tag !== this.#attributeTag) this.#written = [];
    this.#attributeTag = tag;
    this.#isRead = false;
    this.touched = false;
  }

  get count(): number {
    if (!this.#isRead) this.read();
    return this.#count;
  }

  get keyCount(): number {
    return this.#keys.length;
  }

  findKey(text: string): number {
    return this.internKey(text);
  }

  internKey(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#keys.length;
    this.#keys.push(Buffer.from(text));
    this.#ids.set(text, id);
    return id;
  }

  indexOf(key: number, from = 0): number {
    if (!this.#isRead) this.read();
    const wanted = this.#keys[key];
    const { length } = wanted;
    const keyBytes = this.#keyBytes;
    const count = this.#count;
    for (let i = from; i < count; i++) {
      if (keyBytes[i] === length && this.#isKey(i, wanted)) return i;
    }
    return -1;
  }

  keyTextAt(index: number): string {
    const start = this.#keyStart[index];
    return this.#bytesOf(index).text(start, start + this.#keyBytes[index]);
  }

  typeAt(index: number): AnyValueType {
    return wireTypeOf(this.#bytesOf(index), this.#valueStart[index], this.#valueEnd(index));
  }

  valueAt(index: number): AttributeValue {
    return readWireValue(this.#bytesOf(index), this.#valueStart[index], this.#valueEnd(index));
  }

  bytesAt(index: number): Uint8Array {
    return this.#bytesOf(index).bytes;
  }

  /** Behind the tag, length and text of a string lie as in a Native String. */
  startAt(index: number): number {
    return this.#valueStart[index] + 1;
  }

  isText(index: number, text: Uint8Array): boolean {
    if (this.typeAt(index) !== AnyValueType.string) return false;
    const { bytes } = this.#bytesOf(index);
    const end = this.#valueEnd(index);
    const start = end - text.length;
    if (nativeStart(bytes, this.startAt(index)) !== start) return false;
    for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
    return true;
  }

  shortInteger(index: number): number {
    if (this.typeAt(index) !== AnyValueType.int) return Number.NaN;
    readVarint(this.#bytesOf(index).bytes, this.startAt(index));
    const value = result.high * 2 ** 32 + (result.low >>> 0);
    return Math.abs(value) < SHORT_INTEGER_LIMIT ? value : Number.NaN;
  }

  set(index: number, value: AttributeValue): void {
    const from = this.side.length;
    const start = this.#keyStart[index];
    const keyBytes = this.#keyBytes[index];
    this.#writeField(this.#bytesOf(index).bytes, start, keyBytes, value);
    this.#moved(index, from, keyBytes);
  }

  setNative(index: number, run: NativeRun, start: number): void {
    const size = nativeStart(run.bytes, start) + nativeString.length - start;
    const from = this.side.length;
    const keyStart = this.#keyStart[index];
    const keyBytes = this.#keyBytes[index];
    this.#beginField(this.#bytesOf(index).bytes, keyStart, keyBytes, 1 + size);
    this.side.bytes[this.side.length++] = STRING_TAG;
    appendBytes(run, start, size, this.side);
    this.#moved(index, from, keyBytes);
  }

  append(key: number, value: AttributeValue): void {
    if (!this.#isRead) this.read();
    const bytes = this.#keys[key];
    const last = this.#written[key];
    let from = this.side.length;
    let to = from;
    // Numbers are equal that are written otherwise: 0 and -0.
    if (last !== undefined && last.value === value && typeof value !== 'number') {
      from = last.from;
      to = last.to;
    } else {
      this.#writeField(bytes, 0, bytes.length, value);
      to = this.side.length;
      this.#written[key] = { value, from, to };
    }
    this.reserve(this.fields + 1);
    this.touched = true;
    const field = this.fields++;
    this.from[field] = from;
    this.to[field] = to;
    this.isSide[field] = 1;
    const index = this.#count++;
    this.#field[index] = field;
    this.#place(index, from, bytes.length);
  }

  remove(index: number): void {
    this.touched = true;
    const field = this.#field[index];
    this.to[field] = this.from[field];
    const last = --this.#count;
    for (let i = index; i < last; i++) {
      this.#field[i] = this.#field[i + 1];
      this.#keyStart[i] = this.#keyStart[i + 1];
      this.#keyBytes[i] = this.#keyBytes[i + 1];
      this.#valueStart[i] = this.#valueStart[i + 1];
    }
  }

  clear(): void {
    for (let i = this.count - 1; i >= 0; i--) this.remove(i);
  }

  #bytesOf(index: number): WireBytes {
    return this.isSide[this.#field[index]] === 1 ? this.side : this.source;
  }

  #valueEnd(index: number): number {
    return this.to[this.#field[index]];
  }

  #isKey(index: number, wanted: Uint8Array): boolean {
    const { bytes } = this.#bytesOf(index);
    const start = this.#keyStart[index];
    for (let i = wanted.length - 1; i >= 0; i--) if (bytes[start + i] !== wanted[i]) return false;
    return true;
  }

  /** Entry `index` is the field in `side` from `from` on, whose key has `keyBytes`. */
  #moved(index: number, from: number, keyBytes: number): void {
    this.touched = true;
    const field = this.#field[index];
    const to = this.side.length;
    this.from[field] = from;
    this.to[field] = to;
    this.isSide[field] = 1;
    this.#place(index, from, keyBytes);
  }

  /** Where key and value lie in a field that was written here. */
  #place(index: number, from: number, keyBytes: number): void {
    const { bytes } = this.side;
    const keyStart = readVarint(bytes, readVarint(bytes, from + 1) + 1);
    this.#keyStart[index] = keyStart;
    this.#keyBytes[index] = keyBytes;
    this.#valueStart[index] = readVarint(bytes, keyStart + keyBytes + 1);
  }

  /** Appends the field of a key and a value to `side`. */
  #writeField(key: Uint8Array, start: number, keyBytes: number, value: AttributeValue): void {
    const encoded = this.encoded(value);
    this.#beginField(key, start, keyBytes, encoded.length);
    appendBytes(encoded, 0, encoded.length, this.side);
  }

  /** Everything of a field before the members of its value, which will be `valueBytes` bytes. */
  #beginField(key: Uint8Array, start: number, keyBytes: number, valueBytes: number): void {
    const { side } = this;
    const keyField = 1 + varint32Bytes(keyBytes) + keyBytes;
    this.beginMessage(this.#attributeTag, keyField + 1 + varint32Bytes(valueBytes) + valueBytes);
    const { bytes } = side;
    bytes[side.length++] = KEY_TAG;
    appendVarint32(side, keyBytes);
    const at = side.length;
    for (let i = 0; i < keyBytes; i++) bytes[at + i] = key[start + i];
    side.length = at + keyBytes;
    bytes[side.length++] = VALUE_TAG;
    appendVarint32(side, valueBytes);
  }

  protected override reserve(fields: number): void {
    super.reserve(fields);
    const size = this.from.length;
    if (size <= this.#field.length) return;
    this.#field = growUint32(this.#field, size);
    this.#keyStart = growUint32(this.#keyStart, size);
    this.#keyBytes = growUint32(this.#keyBytes, size);
    this.#valueStart = growUint32(this.#valueStart, size);
  }

  protected override read(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    this.#count = 0;
    let field = 0;
    const { bytes } = this.source;
    const end = this.#end;
    const attributeTag = this.#attributeTag;
    let { from, to } = this;
    for (let p = this.#start; p < end; field++) {
      if (field >= from.length) {
        this.reserve(field + 1);
        ({ from, to } = this);
      }
      from[field] = p;
      if (bytes[p] === attributeTag) {
        const length = bytes[p + 1];
        const start = p + 2;
        p = start + length;
        if (length > 127 || !this.#readPlainEntry(bytes, start, p, field)) {
          p = this.#readEntry(bytes, start - 1, end, field);
        }
      } else {
        p = skipped(bytes, p, end);
        if (skippedField.tag === attributeTag) unsupported('a tag that is longer than it must be');
      }
      to[field] = p;
    }
    this.fields = field;
    this.isSide.fill(0, 0, field);
  }

  /** A key and a value whose lengths take a byte each: what nearly all are. */
  #readPlainEntry(bytes: Uint8Array, start: number, end: number, field: number): boolean {
    const keyBytes = bytes[start + 1];
    const value = start + 2 + keyBytes;
    if (bytes[start] !== KEY_TAG || keyBytes > 127 || bytes[value] !== VALUE_TAG) return false;
    // A length of more bytes is one over 127, and ends elsewhere.
    if (value + 2 + bytes[value + 1] !== end) return false;
    const index = this.#count++;
    this.#field[index] = field;
    this.#keyStart[index] = start + 2;
    this.#keyBytes[index] = keyBytes;
    this.#valueStart[index] = value + 2;
    return true;
  }

  /**
   * Key and value, in that order and once, as encoders write them; a value may be missing. `at` is
   * where the entry's length is. Returns where it ends.
   */
  #readEntry(bytes: Uint8Array, at: number, fieldsEnd: number, field: number): number {
    const end = readLength(bytes, at, fieldsEnd) + result.next;
    let p = result.next;
    let keyBytes = 0;
    if (bytes[p] === KEY_TAG && p < end) {
      keyBytes = readLength(bytes, p + 1, end);
      p = result.next;
    }
    const index = this.#count++;
    this.#field[index] = field;
    this.#keyStart[index] = p;
    this.#keyBytes[index] = keyBytes;
    p += keyBytes;
    if (p < end) {
      if (bytes[p] !== VALUE_TAG) unsupported('an attribute that is written otherwise');
      const length = readLength(bytes, p + 1, end);
      p = result.next;
      if (p + length !== end) unsupported('an attribute that is written otherwise');
    }
    this.#valueStart[index] = p;
    return end;
  }
}
