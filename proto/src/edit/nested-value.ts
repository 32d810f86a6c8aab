import { AnyValueType } from '../columns/any-value-type.ts';
import { writeMember } from '../encode/any-value-writer.ts';
import { skipField } from '../protobuf/skip.ts';
import { longTag, readLength, readVarint, result } from '../protobuf/varint.ts';
import { ProtobufWriter } from '../protobuf/writer.ts';
import { EncodedValue } from './attribute-value.ts';

/**
 * An encoded value as a tree: arrays as arrays, lists of keys and values as maps (of a key that was
 * sent twice the first value counts), bytes as a copy; an int64 is a `bigint`, nothing is null.
 */
export type NestedValue =
  | null
  | string
  | boolean
  | bigint
  | number
  | Uint8Array
  | NestedValue[]
  | Map<string, NestedValue>;

const decoder = new TextDecoder();
const KEY_TAG = 0x0a;
const VALUE_TAG = 0x12;
const LIST_TAG = 0x0a;

/** Reads a value that decoding kept. Text of invalid UTF-8 has U+FFFD in it. */
export function readNestedValue({ message }: EncodedValue): NestedValue {
  return readMember(message, 0, message.length);
}

/** The last member wins, as decoding has it. */
function readMember(bytes: Uint8Array, start: number, end: number): NestedValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let value: NestedValue = null;
  for (let p = start; p < end; ) {
    const tag = readTag(bytes, p);
    p = result.next;
    switch (tag) {
      case 0x10:
        p = readVarint(bytes, p);
        value = (result.low | result.high) !== 0;
        break;
      case 0x18:
        p = readVarint(bytes, p);
        value = BigInt.asIntN(64, (BigInt(result.high) << 32n) | BigInt(result.low >>> 0));
        break;
      case 0x21:
        value = view.getFloat64(p, true);
        p += 8;
        break;
      case 0x0a:
      case 0x2a:
      case 0x32:
      case 0x3a: {
        const length = readLength(bytes, p, end);
        p = result.next;
        value = readPart(bytes, tag, p, p + length);
        p += length;
        break;
      }
      default:
        p = skipField(bytes, p, end, tag, 0);
    }
  }
  return value;
}

function readPart(bytes: Uint8Array, tag: number, start: number, end: number): NestedValue {
  if (tag === 0x0a) return decoder.decode(bytes.subarray(start, end));
  if (tag === 0x3a) return bytes.slice(start, end);
  return tag === 0x2a ? readArray(bytes, start, end) : readMap(bytes, start, end);
}

function readArray(bytes: Uint8Array, start: number, end: number): NestedValue[] {
  const items: NestedValue[] = [];
  for (const { from, to } of parts(bytes, start, end)) items.push(readMember(bytes, from, to));
  return items;
}

function readMap(bytes: Uint8Array, start: number, end: number): Map<string, NestedValue> {
  const map = new Map<string, NestedValue>();
  for (const { from, to } of parts(bytes, start, end)) {
    let key = '';
    let value: NestedValue = null;
    for (let p = from; p < to; ) {
      const tag = readTag(bytes, p);
      p = result.next;
      if (tag !== KEY_TAG && tag !== VALUE_TAG) {
        p = skipField(bytes, p, to, tag, 0);
        continue;
      }
      const length = readLength(bytes, p, to);
      p = result.next;
      if (tag === KEY_TAG) key = decoder.decode(bytes.subarray(p, p + length));
      else value = readMember(bytes, p, p + length);
      p += length;
    }
    if (!map.has(key)) map.set(key, value);
  }
  return map;
}

/** The messages in field 1 of `ArrayValue` and `KeyValueList`. */
function* parts(
  bytes: Uint8Array,
  start: number,
  end: number,
): Generator<{ readonly from: number; readonly to: number }> {
  for (let p = start; p < end; ) {
    const tag = readTag(bytes, p);
    p = result.next;
    if (tag !== LIST_TAG) {
      p = skipField(bytes, p, end, tag, 0);
      continue;
    }
    const length = readLength(bytes, p, end);
    const from = result.next;
    p = from + length;
    yield { from, to: p };
  }
}

/** Leaves what follows in `result.next`. */
function readTag(bytes: Uint8Array, p: number): number {
  const first = bytes[p];
  if (first > 127) return longTag(bytes, p + 1, first);
  result.next = p + 1;
  return first;
}

/** The message of an array, a map or bytes, as columns hold it. */
export function encodeNestedValue(
  value: NestedValue[] | Map<string, NestedValue> | Uint8Array,
): EncodedValue {
  const writer = new ProtobufWriter(64);
  writeMember(writer, value);
  return new EncodedValue(typeOf(value), writer.finish());
}

function typeOf(value: NestedValue[] | Map<string, NestedValue> | Uint8Array): AnyValueType {
  if (value instanceof Uint8Array) return AnyValueType.bytes;
  return Array.isArray(value) ? AnyValueType.array : AnyValueType.kvlist;
}
