import { ByteRun } from '../columns/byte-run.ts';
import { growUint8, growUint32, NO_UINT8, NO_UINT32 } from '../columns/grow.ts';
import { type AttributeValue, appendNativeText } from '../edit/attribute-value.ts';
import { appendBytes, appendVarint32 } from '../protobuf/copy.ts';
import { WireType } from '../protobuf/skip.ts';
import { longTag, readVarint, result } from '../protobuf/varint.ts';
import { unsupported } from './wire-unsupported.ts';
import { appendWireValue, readWireValue, type WireBytes } from './wire-value.ts';

const FIELDS_MIN = 32;
/** Room at first. */
const SIDE_BYTES = 1024;
/** What is kept of either from one batch to the next: a large request may have grown it. */
const SIDE_BYTES_KEPT_MAX: number = 1024 * 1024;
const FIELDS_KEPT_MAX = 16_384;
/** Tag and length of a message in front of its bytes. */
const PREFIX_BYTES_MAX = 6;

/**
 * The fields of a message that is open, in the order of the bytes. What is written lies beside the
 * request, in `side`, and takes the place of the field it changes.
 */
export abstract class WireFields {
  /** Whether anything was written since the message was opened. */
  touched = false;
  /** What was written for this request. */
  side: ByteRun = new ByteRun(SIDE_BYTES);
  /** Where each field lies with its tag, in the request or in `side`; an empty one is gone. */
  fields = 0;
  from: Uint32Array = NO_UINT32;
  to: Uint32Array = NO_UINT32;
  isSide: Uint8Array = NO_UINT8;
  protected source: WireBytes = this.side;
  #scratch: ByteRun = new ByteRun(SIDE_BYTES);

  /** The text of a field below 16 that is a string; `''` without it. */
  text(number: number): string {
    const field = this.#find(number, WireType.bytes);
    if (field === -1) return '';
    const source = this.sourceOf(field);
    return source.text(readVarint(source.bytes, this.from[field] + 1), this.to[field]);
  }

  setText(number: number, text: string): void {
    const field = this.#find(number, WireType.bytes);
    const from = this.side.length;
    this.side.reserve(1);
    this.side.bytes[this.side.length++] = (number << 3) | WireType.bytes;
    appendNativeText(this.side, text);
    this.#replace(field, from);
  }

  /** The number of a field below 16 that is an enum or counter; 0 without it, -1 for one over 32 bits. */
  integer(number: number): number {
    const field = this.#find(number, WireType.varint);
    if (field === -1) return 0;
    readVarint(this.sourceOf(field).bytes, this.from[field] + 1);
    return result.high === 0 ? result.low : -1;
  }

  setInteger(number: number, value: number): void {
    const field = this.#find(number, WireType.varint);
    const from = this.side.length;
    this.side.reserve(PREFIX_BYTES_MAX);
    this.side.bytes[this.side.length++] = (number << 3) | WireType.varint;
    appendVarint32(this.side, value);
    this.#replace(field, from);
  }

  /** The `AnyValue` of a field below 16; null without it. */
  value(number: number): AttributeValue {
    const field = this.#find(number, WireType.bytes);
    if (field === -1) return null;
    const source = this.sourceOf(field);
    const start = readVarint(source.bytes, this.from[field] + 1);
    return readWireValue(source, start, this.to[field]);
  }

  setValue(number: number, value: AttributeValue): void {
    const field = this.#find(number, WireType.bytes);
    const from = this.side.length;
    const encoded = this.encoded(value);
    this.beginMessage((number << 3) | WireType.bytes, encoded.length);
    appendBytes(encoded, 0, encoded.length, this.side);
    this.#replace(field, from);
  }

  /** The one field of that number, or -1. */
  #find(number: number, type: number): number {
    this.read();
    let found = -1;
    for (let i = 0; i < this.fields; i++) {
      const { bytes } = this.sourceOf(i);
      const from = this.from[i];
      const tag = bytes[from];
      const stands = tag > 127 ? longTag(bytes, from + 1, tag) >>> 3 : tag >>> 3;
      if (stands !== number || from === this.to[i]) continue;
      if (found !== -1) unsupported(`field ${number} stands there twice`);
      if (tag !== ((number << 3) | type)) unsupported(`field ${number} is written otherwise`);
      found = i;
    }
    return found;
  }

  /** Field `field`, or a new one where it is -1, is what was written to `side` from `from` on. */
  #replace(field: number, from: number): void {
    this.touched = true;
    let at = field;
    if (at === -1) {
      this.reserve(this.fields + 1);
      at = this.fields++;
    }
    this.from[at] = from;
    this.to[at] = this.side.length;
    this.isSide[at] = 1;
  }

  protected sourceOf(field: number): WireBytes {
    return this.isSide[field] === 1 ? this.side : this.source;
  }

  protected encoded(value: AttributeValue): ByteRun {
    const scratch = this.#scratch;
    scratch.length = 0;
    appendWireValue(scratch, value);
    return scratch;
  }

  protected beginMessage(tag: number, length: number): void {
    const { side } = this;
    side.reserve(length + 2 * PREFIX_BYTES_MAX);
    side.bytes[side.length++] = tag;
    appendVarint32(side, length);
  }

  /** Until the next batch: nothing of a request is held on to, nor much memory. */
  rest(): void {
    this.side = keptOrNew(this.side);
    this.#scratch = keptOrNew(this.#scratch);
    this.source = this.side;
    this.fields = 0;
    if (this.from.length > FIELDS_KEPT_MAX) this.forgetFields();
  }

  /** Gives the memory of all fields back. */
  protected forgetFields(): void {
    this.from = NO_UINT32;
    this.to = NO_UINT32;
    this.isSide = NO_UINT8;
  }

  /** Reads the fields, should nobody have. */
  protected abstract read(): void;

  protected reserve(fields: number): void {
    if (fields <= this.from.length) return;
    const size = Math.max(FIELDS_MIN, fields * 2);
    this.from = growUint32(this.from, size);
    this.to = growUint32(this.to, size);
    this.isSide = growUint8(this.isSide, size);
  }
}

function keptOrNew(run: ByteRun): ByteRun {
  return run.bytes.length > SIDE_BYTES_KEPT_MAX ? new ByteRun(SIDE_BYTES) : run;
}
