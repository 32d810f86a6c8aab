import { AnyValueType } from '../columns/any-value-type.ts';
import { WireType } from '../protobuf/skip.ts';
import type { ProtobufWriter } from '../protobuf/writer.ts';

/** An `AnyValue` as a tree: an int64 is a `bigint`, a `number` always a double, nothing is null. */
export type WrittenValue =
  | string
  | boolean
  | bigint
  | number
  | null
  | Uint8Array
  | readonly WrittenValue[]
  | ReadonlyMap<string, WrittenValue>;

/** Opens a message in field `field`; `writer.end` closes it. */
export function beginMessage(writer: ProtobufWriter, field: number): number {
  writer.tag(field, WireType.bytes);
  return writer.begin();
}

export function writeText(writer: ProtobufWriter, field: number, text: string): void {
  writer.tag(field, WireType.bytes);
  writer.text(text);
}

export function writeBytes(writer: ProtobufWriter, field: number, bytes: Uint8Array): void {
  writer.tag(field, WireType.bytes);
  writer.bytes(bytes);
}

/** `KeyValue` messages in field `field`. */
export function writeKeyValues(
  writer: ProtobufWriter,
  field: number,
  attributes: ReadonlyMap<string, WrittenValue>,
): void {
  for (const [key, value] of attributes) {
    const start = beginMessage(writer, field);
    writeText(writer, 1, key);
    writeValue(writer, 2, value);
    writer.end(start);
  }
}

/** An `AnyValue` as a field with its length. */
export function writeValue(writer: ProtobufWriter, field: number, value: WrittenValue): void {
  const start = beginMessage(writer, field);
  if (value !== null) writeMember(writer, value);
  writer.end(start);
}

/** What stands inside an `AnyValue`: the one member that is set. */
export function writeMember(writer: ProtobufWriter, value: Exclude<WrittenValue, null>): void {
  switch (typeof value) {
    case 'string':
      writeText(writer, AnyValueType.string, value);
      return;
    case 'boolean':
      writer.tag(AnyValueType.bool, WireType.varint);
      writer.varint(value ? 1 : 0, 0);
      return;
    case 'bigint':
      writer.tag(AnyValueType.int, WireType.varint);
      writer.varint(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
      return;
    case 'number':
      writer.tag(AnyValueType.double, WireType.fixed64);
      writer.double(value);
      return;
    default:
      writeComposite(writer, value);
  }
}

function writeComposite(
  writer: ProtobufWriter,
  value: Uint8Array | readonly WrittenValue[] | ReadonlyMap<string, WrittenValue>,
): void {
  if (value instanceof Uint8Array) {
    writeBytes(writer, AnyValueType.bytes, value);
    return;
  }
  const isMap = value instanceof Map;
  const start = beginMessage(writer, isMap ? AnyValueType.kvlist : AnyValueType.array);
  if (isMap) writeKeyValues(writer, 1, value);
  else if (Array.isArray(value)) for (const element of value) writeValue(writer, 1, element);
  writer.end(start);
}
