import { AnyValueType } from '../columns/any-value-type.ts';
import type { AttributeList } from '../columns/attribute-list.ts';
import type { ByteRun } from '../columns/byte-run.ts';
import type { Dictionary } from '../columns/dictionary.ts';
import type { StringColumn } from '../columns/string-column.ts';
import type { ReverseWriter } from '../protobuf/reverse-writer.ts';
import { nativeStart, nativeString } from '../read/native-text.ts';
import { readIntegerText } from './integer-text.ts';

/** Room for everything around a key and a value: tags, lengths, a number. */
const AROUND_BYTES_MAX = 48;
/** The longest length that takes one byte. */
const SHORT_LENGTH_MAX = 127;

const integer = { low: 0, high: 0 };

/** The attributes `[from, to)` of a list as `KeyValue` fields with this tag. */
export function writeAttributes(
  writer: ReverseWriter,
  tag: number,
  list: AttributeList,
  from: number,
  to: number,
): void {
  const { keys, types, valueStart, values, keyDictionary } = list;
  const { offset, run } = keyDictionary;
  for (let i = to - 1; i >= from; i--) {
    const before = writer.length;
    const at = valueStart[i];
    const key = keys[i];
    const start = offset[key];
    const end = offset[key + 1];
    const size = values.bytes[at];
    writer.reserve(end - start + SHORT_LENGTH_MAX + AROUND_BYTES_MAX);
    if (types[i] === AnyValueType.string && size <= SHORT_LENGTH_MAX) {
      // Most are: the length is one byte, and nothing needs to be measured.
      writer.copy(values.bytes, values.view, at, at + 1 + size);
      writer.byte(0x0a);
      writer.varint32(size + 2);
      writer.byte(0x12);
    } else {
      writeValueField(writer, types[i], values, at);
    }
    if (key !== 0) {
      writer.reserve(end - start + AROUND_BYTES_MAX);
      writer.copy(run.bytes, run.view, start, end);
      writer.byte(0x0a);
    }
    writer.varint32(writer.length - before);
    writer.byte(tag);
  }
}

/** Attributes of row `row` by its `...End` column. */
export function writeRowAttributes(
  writer: ReverseWriter,
  tag: number,
  list: AttributeList,
  end: Uint32Array,
  row: number,
): void {
  writeAttributes(writer, tag, list, row === 0 ? 0 : end[row * 2 - 2], end[row * 2]);
}

/** Field 2, an `AnyValue`, from a value as columns hold it at `at`. */
export function writeValueField(
  writer: ReverseWriter,
  type: number,
  run: ByteRun,
  at: number,
): void {
  writeAnyValue(writer, type, run, at);
  writer.byte(0x12);
}

/** An `AnyValue` with its length before it. */
export function writeAnyValue(writer: ReverseWriter, type: number, run: ByteRun, at: number): void {
  const start = nativeStart(run.bytes, at);
  const length = nativeString.length;
  writer.reserve(length + AROUND_BYTES_MAX);
  switch (type) {
    case AnyValueType.string:
      // Length and bytes lie in the column as the message wants them.
      writer.copy(run.bytes, run.view, at, start + length);
      writer.byte(0x0a);
      writer.varint32(start - at + length + 1);
      break;
    case AnyValueType.empty:
      writer.byte(0);
      break;
    case AnyValueType.bool:
      writer.byte(run.bytes[start] === 0x74 ? 1 : 0);
      writer.byte(0x10);
      writer.byte(2);
      break;
    case AnyValueType.int: {
      const before = writer.length;
      readIntegerText(run.bytes, start, length, integer);
      writer.varint64(integer.low, integer.high);
      writer.byte(0x18);
      writer.byte(writer.length - before);
      break;
    }
    case AnyValueType.double:
      writer.double(readDoubleText(run.bytes, start, length));
      writer.byte(0x21);
      writer.byte(9);
      break;
    default:
      // The message itself, its length before it.
      writer.copy(run.bytes, run.view, at, start + length);
  }
}

function readDoubleText(bytes: Uint8Array, start: number, length: number): number {
  let text = '';
  for (let i = start; i < start + length; i++) text += String.fromCharCode(bytes[i]);
  return Number(text);
}

/** A string of a dictionary; nothing for the empty one. */
export function writeEntry(
  writer: ReverseWriter,
  tag: number,
  dictionary: Dictionary,
  id: number,
): void {
  if (id === 0) return;
  const start = dictionary.offset[id];
  const end = dictionary.offset[id + 1];
  writer.reserve(end - start + 1);
  writer.copy(dictionary.run.bytes, dictionary.run.view, start, end);
  writer.byte(tag);
}

/** A string of a row; nothing for an empty one. */
export function writeString(
  writer: ReverseWriter,
  tag: number,
  column: StringColumn,
  row: number,
): void {
  const { bytes, view } = column.run;
  const at = column.start[row];
  if (bytes[at] === 0) return;
  const end = nativeStart(bytes, at) + nativeString.length;
  writer.reserve(end - at + 1);
  writer.copy(bytes, view, at, end);
  writer.byte(tag);
}

/** An id of `width` bytes; nothing when it is all zeros. The writer has room. */
export function writeId(
  writer: ReverseWriter,
  tag: number,
  view: DataView,
  row: number,
  width: number,
): void {
  const start = row * width;
  let any = 0;
  for (let i = width - 4; i >= 0; i -= 4) {
    const word = view.getInt32(start + i, true);
    any |= word;
    writer.fixed32(word);
  }
  if (any === 0) {
    writer.at += width;
    return;
  }
  writer.byte(width);
  writer.byte(tag);
}

/** A `fixed64` of two words; nothing for 0. The writer has room. */
export function writeFixed64(
  writer: ReverseWriter,
  tag: number,
  column: Int32Array,
  row: number,
): void {
  const low = column[row * 2];
  const high = column[row * 2 + 1];
  if ((low | high) === 0) return;
  writer.fixed64(low, high);
  writer.byte(tag);
}

/** A `uint32` or enum; nothing for 0. The writer has room. */
export function writeUint32(writer: ReverseWriter, tag: number, value: number): void {
  if (value === 0) return;
  writer.varint32(value);
  writer.byte(tag);
}

/** Numbers of 8 bytes, packed; nothing for none. */
export function writePackedFixed64(
  writer: ReverseWriter,
  tag: number,
  run: ByteRun,
  end: Uint32Array,
  row: number,
): void {
  const from = row === 0 ? 0 : end[row * 2 - 2];
  const to = end[row * 2];
  if (from === to) return;
  const length = (to - from) * 8;
  writer.reserve(length + 6);
  writer.copy(run.bytes, run.view, from * 8, to * 8);
  writer.varint32(length);
  writer.byte(tag);
}

/** As `writePackedFixed64`, as varints. */
export function writePackedVarint(
  writer: ReverseWriter,
  tag: number,
  run: ByteRun,
  end: Uint32Array,
  row: number,
): void {
  const from = row === 0 ? 0 : end[row * 2 - 2];
  const to = end[row * 2];
  if (from === to) return;
  writer.reserve((to - from) * 10 + 6);
  const before = writer.length;
  for (let i = (to - 1) * 8; i >= from * 8; i -= 8) {
    writer.varint64(run.view.getInt32(i, true), run.view.getInt32(i + 4, true));
  }
  writer.varint32(writer.length - before);
  writer.byte(tag);
}
