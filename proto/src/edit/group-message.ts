import { AnyValueType } from '../columns/any-value-type.ts';
import type { AttributeList } from '../columns/attribute-list.ts';
import type { ByteRun } from '../columns/byte-run.ts';
import type { Dictionary } from '../columns/dictionary.ts';
import { skipField, WireType } from '../protobuf/skip.ts';
import { readVarint, result } from '../protobuf/varint.ts';
import type { ProtobufWriter } from '../protobuf/writer.ts';
import { nativeStart, nativeString, nativeText } from '../read/native-text.ts';

const VALUE_FIELD = 2;
const KEY_FIELD = 1;

/** Writes the entries `[from, to)` as `KeyValue` messages in field `field`. */
export function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  list: AttributeList,
  entries: { readonly from: number; readonly to: number },
): void {
  for (let entry = entries.from; entry < entries.to; entry++) {
    writer.tag(field, WireType.bytes);
    const pair = writer.begin();
    const key = list.keys[entry];
    if (key !== 0) {
      writer.tag(KEY_FIELD, WireType.bytes);
      writer.bytes(stringBytes(list.keyDictionary.run, list.keyDictionary.offset[key]));
    }
    writer.tag(VALUE_FIELD, WireType.bytes);
    const value = writer.begin();
    writeAnyValue(writer, list.types[entry], list.values, list.valueStart[entry]);
    writer.end(value);
    writer.end(pair);
  }
}

function writeAnyValue(writer: ProtobufWriter, type: number, run: ByteRun, at: number): void {
  switch (type) {
    case AnyValueType.empty:
      break;
    case AnyValueType.string:
      writer.tag(AnyValueType.string, WireType.bytes);
      writer.bytes(stringBytes(run, at));
      break;
    case AnyValueType.bool:
      writer.tag(AnyValueType.bool, WireType.varint);
      writer.varint(nativeText(run, at) === 'true' ? 1 : 0, 0);
      break;
    case AnyValueType.int: {
      const value = BigInt(nativeText(run, at));
      writer.tag(AnyValueType.int, WireType.varint);
      const high = Number(BigInt.asIntN(32, value >> 32n));
      writer.varint(Number(BigInt.asIntN(32, value)), high);
      break;
    }
    case AnyValueType.double:
      writer.tag(AnyValueType.double, WireType.fixed64);
      writer.double(Number(nativeText(run, at)));
      break;
    default:
      writer.raw(stringBytes(run, at));
  }
}

function stringBytes(run: ByteRun, at: number): Uint8Array {
  const start = nativeStart(run.bytes, at);
  return run.bytes.subarray(start, start + nativeString.length);
}

/** Writes the fields of the message `source` but those in `replaced` (a bit a field number). */
export function writeOtherFields(
  writer: ProtobufWriter,
  dictionary: Dictionary,
  id: number,
  replaced: number,
): void {
  if (id === 0) return;
  const { bytes } = dictionary.run;
  let p = nativeStart(bytes, dictionary.offset[id]);
  const end = p + nativeString.length;
  while (p < end) {
    const start = p;
    p = readVarint(bytes, p);
    const tag = result.low;
    p = skipField(bytes, p, end, tag, 0);
    const number = tag >>> 3;
    if (number > 31 || ((replaced >>> number) & 1) === 0) writer.raw(bytes.subarray(start, p));
  }
}
