import { AnyValueType } from '../columns/any-value-type.ts';
import { varint32Bytes } from '../protobuf/copy.ts';
import { ProtobufWriter } from '../protobuf/writer.ts';
import { EncodedValue } from './attribute-value.ts';

const ARRAY_TAG = 0x2a;
/** Of a member of the array, and of its text. */
const TEXT_TAG = 0x0a;
/** Tags and lengths of a text of up to 2^31 bytes. */
const HEAD_BYTES_MAX = 12;
const NOT_ASCII = 0x80;

/** Parts of one piece of bytes: [start[i], end[i]) for i < count. */
interface Parts {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
}

/** Makes arrays of texts that stand in bytes, without a string for each; reused for every row. */
export class TextListWriter {
  readonly #writer: ProtobufWriter = new ProtobufWriter();

  /**
   * The array, as `encodeNestedValue` makes it of strings; its bytes are valid until the next call.
   * Undefined where a text is not of ASCII alone: whether it is UTF-8 is for others to say.
   */
  encode({ bytes, count, start, end }: Parts): EncodedValue | undefined {
    let size = 0;
    for (let i = 0; i < count; i++) {
      if (!isAscii(bytes, start[i], end[i])) return undefined;
      const length = end[i] - start[i];
      const member = 1 + varint32Bytes(length) + length;
      size += 1 + varint32Bytes(member) + member;
    }
    const writer = this.#writer;
    writer.reset();
    writer.reserve(size + HEAD_BYTES_MAX);
    writer.byte(ARRAY_TAG);
    writer.length32(size);
    for (let i = 0; i < count; i++) {
      const length = end[i] - start[i];
      writer.byte(TEXT_TAG);
      writer.length32(1 + varint32Bytes(length) + length);
      writer.byte(TEXT_TAG);
      writer.length32(length);
      writer.copy(bytes, start[i], end[i]);
    }
    return new EncodedValue(AnyValueType.array, writer.view());
  }
}

function isAscii(bytes: Uint8Array, from: number, to: number): boolean {
  let seen = 0;
  for (let i = from; i < to; i++) seen |= bytes[i];
  return seen < NOT_ASCII;
}
