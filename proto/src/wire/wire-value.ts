import { AnyValueType } from '../columns/any-value-type.ts';
import type { ByteRun } from '../columns/byte-run.ts';
import { type AttributeValue, appendNativeText, EncodedValue } from '../edit/attribute-value.ts';
import { appendVarint32 } from '../protobuf/copy.ts';
import { readVarint, result } from '../protobuf/varint.ts';
import { unsupported } from './wire-unsupported.ts';

/** Bytes and the view over them, readable for some words behind the last one. */
export interface WireBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Bytes `[start, end)` as text; what is no UTF-8 becomes U+FFFD. */
  text(start: number, end: number): string;
}

const TAG_BYTES = 1;
const VARINT_BYTES_MAX = 10;

const STRING_TAG = 0x0a;
const BOOL_TAG = 0x10;
const INT_TAG = 0x18;
const DOUBLE_TAG = 0x21;
const ARRAY_TAG = 0x2a;
const KVLIST_TAG = 0x32;
const BYTES_TAG = 0x3a;

/** The type of the `AnyValue` in `[start, end)`: one member and nothing else, as encoders write it. */
export function wireTypeOf({ bytes }: WireBytes, start: number, end: number): AnyValueType {
  if (start === end) return AnyValueType.empty;
  switch (bytes[start]) {
    case STRING_TAG:
      return checked(AnyValueType.string, bytesEnd(bytes, start), end);
    case BOOL_TAG:
      return checked(AnyValueType.bool, readVarint(bytes, start + TAG_BYTES), end);
    case INT_TAG:
      return checked(AnyValueType.int, readVarint(bytes, start + TAG_BYTES), end);
    case DOUBLE_TAG:
      return checked(AnyValueType.double, start + TAG_BYTES + 8, end);
    case ARRAY_TAG:
      return checked(AnyValueType.array, bytesEnd(bytes, start), end);
    case KVLIST_TAG:
      return checked(AnyValueType.kvlist, bytesEnd(bytes, start), end);
    case BYTES_TAG:
      return checked(AnyValueType.bytes, bytesEnd(bytes, start), end);
    default:
      return unsupported('a value that is written otherwise');
  }
}

function checked(type: AnyValueType, memberEnd: number, end: number): AnyValueType {
  return memberEnd === end ? type : unsupported('a value of several members');
}

/** Where the delimited field at `start` ends. */
function bytesEnd(bytes: Uint8Array, start: number): number {
  return readVarint(bytes, start + TAG_BYTES) + result.low;
}

/** The `AnyValue` in `[start, end)`. */
export function readWireValue(wire: WireBytes, start: number, end: number): AttributeValue {
  const { bytes, view } = wire;
  const type = wireTypeOf(wire, start, end);
  switch (type) {
    case AnyValueType.empty:
      return null;
    case AnyValueType.string:
      return wire.text(readVarint(bytes, start + TAG_BYTES), end);
    case AnyValueType.bool:
      readVarint(bytes, start + TAG_BYTES);
      return (result.low | result.high) !== 0;
    case AnyValueType.int:
      readVarint(bytes, start + TAG_BYTES);
      return BigInt.asIntN(64, (BigInt(result.high) << 32n) | BigInt(result.low >>> 0));
    case AnyValueType.double:
      return view.getFloat64(start + TAG_BYTES, true);
    default:
      return new EncodedValue(type, bytes.slice(start, end));
  }
}

/** Appends the `AnyValue` of a value: its members, without tag and length around them. */
export function appendWireValue(run: ByteRun, value: AttributeValue): void {
  switch (typeof value) {
    case 'string':
      run.reserve(TAG_BYTES);
      run.bytes[run.length++] = STRING_TAG;
      appendNativeText(run, value);
      return;
    case 'boolean':
      run.reserve(2 * TAG_BYTES);
      run.bytes[run.length++] = BOOL_TAG;
      run.bytes[run.length++] = value ? 1 : 0;
      return;
    case 'bigint':
      run.reserve(TAG_BYTES + VARINT_BYTES_MAX);
      run.bytes[run.length++] = INT_TAG;
      appendVarint64(run, value);
      return;
    case 'number':
      run.reserve(TAG_BYTES + 8);
      run.bytes[run.length] = DOUBLE_TAG;
      run.view.setFloat64(run.length + TAG_BYTES, value, true);
      run.length += TAG_BYTES + 8;
      return;
    default:
  }
  if (value === null) return;
  run.reserve(value.message.length);
  run.bytes.set(value.message, run.length);
  run.length += value.message.length;
}

/** An int64 as a varint of its 64 bits; the run has room for 10 bytes. */
function appendVarint64(run: ByteRun, value: bigint): void {
  if (value >= 0n && value <= 0xffff_ffffn) {
    appendVarint32(run, Number(value));
    return;
  }
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    run.bytes[run.length++] = Number(rest & 127n) | 128;
    rest >>= 7n;
  }
  run.bytes[run.length++] = Number(rest);
}
