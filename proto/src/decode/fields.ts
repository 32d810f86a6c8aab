import type { ByteRun } from '../columns/byte-run.ts';
import type { StringColumn } from '../columns/string-column.ts';
import { malformed } from '../malformed.ts';
import { appendBytes } from '../protobuf/copy.ts';
import type { Source } from '../protobuf/source.ts';
import { readLength, readVarint, result } from '../protobuf/varint.ts';
import { checkIdLength } from '../schema/check-message.ts';

/** Readers of single fields into typed columns: each takes the offset behind the tag, returns what follows. */

const PREFIX_BYTES_MAX = 5;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

interface IdPlace {
  readonly at: number;
  readonly bytes: number;
}

/** A trace id into 16 bytes at `at`; an empty one is all zeros. */
export function readTraceId(
  source: Source,
  p: number,
  end: number,
  target: DataView,
  at: number,
): number {
  const from = source.view;
  if (source.bytes[p] !== TRACE_ID_BYTES || p + TRACE_ID_BYTES >= end) {
    return readOddId(source, p, end, target, { at, bytes: TRACE_ID_BYTES });
  }
  target.setInt32(at, from.getInt32(p + 1, true), true);
  target.setInt32(at + 4, from.getInt32(p + 5, true), true);
  target.setInt32(at + 8, from.getInt32(p + 9, true), true);
  target.setInt32(at + 12, from.getInt32(p + 13, true), true);
  return p + 1 + TRACE_ID_BYTES;
}

/** A span id into 8 bytes at `at`; an empty one is all zeros. */
export function readSpanId(
  source: Source,
  p: number,
  end: number,
  target: DataView,
  at: number,
): number {
  if (source.bytes[p] !== SPAN_ID_BYTES || p + SPAN_ID_BYTES >= end) {
    return readOddId(source, p, end, target, { at, bytes: SPAN_ID_BYTES });
  }
  target.setInt32(at, source.view.getInt32(p + 1, true), true);
  target.setInt32(at + 4, source.view.getInt32(p + 5, true), true);
  return p + 1 + SPAN_ID_BYTES;
}

/** One that is empty, too short or long, or whose length takes more bytes than it has to. */
function readOddId(source: Source, p: number, end: number, target: DataView, id: IdPlace): number {
  const length = readLength(source.bytes, p, end);
  const start = result.next;
  clearId(target, id.at, id.bytes);
  checkIdLength(start, length, id.bytes);
  for (let i = 0; i < length; i++) target.setUint8(id.at + i, source.bytes[start + i]);
  return start + length;
}

export function clearId(target: DataView, at: number, length: number): void {
  for (let i = 0; i < length; i += 4) target.setInt32(at + i, 0);
}

/** A 64-bit value into the two words of row `row`. */
export function readFixed64(source: Source, p: number, target: Int32Array, row: number): number {
  target[row * 2] = source.view.getInt32(p, true);
  target[row * 2 + 1] = source.view.getInt32(p + 4, true);
  return p + 8;
}

/** The low 32 bits of a varint, which is what `uint32` means on the wire. */
export function readUint32(source: Source, p: number, target: Uint32Array, row: number): number {
  const next = readVarint(source.bytes, p);
  target[row] = result.low;
  return next;
}

/** An enum's number; what does not fit a byte, negatives too, is 255. */
export function readEnum(source: Source, p: number, target: Uint8Array, row: number): number {
  const next = readVarint(source.bytes, p);
  const number = result.low;
  target[row] = number >>> 0 > 255 ? 255 : number;
  return next;
}

/** A string in place of what row `row`, the last one, holds: it starts at `column.start[row]`. */
export function readString(
  source: Source,
  p: number,
  end: number,
  column: StringColumn,
  row: number,
): number {
  const length = readLength(source.bytes, p, end);
  const start = result.next;
  const run = column.run;
  run.length = column.start[row];
  run.reserve(length + PREFIX_BYTES_MAX);
  // The length lies before the string in the message as Native wants it.
  appendBytes(source, p, start - p + length, run);
  return start + length;
}

/** Starts row `row` of a string column: an empty string. */
export function appendEmpty(column: StringColumn, row: number): void {
  const run = column.run;
  run.reserve(1);
  column.start[row] = run.length;
  run.bytes[run.length++] = 0;
}

/** A `sint32`, zigzag-coded. */
export function readSint32(source: Source, p: number, target: Int32Array, row: number): number {
  const next = readVarint(source.bytes, p);
  const zigzag = result.low;
  target[row] = (zigzag >>> 1) ^ -(zigzag & 1);
  return next;
}

/** The low 32 bits of a varint as a signed number, which is what `int32` means on the wire. */
export function readInt32(source: Source, p: number, target: Int32Array, row: number): number {
  const next = readVarint(source.bytes, p);
  target[row] = result.low;
  return next;
}

/** A 64-bit varint into the two words of row `row`. */
export function readInt64(source: Source, p: number, target: Int32Array, row: number): number {
  const next = readVarint(source.bytes, p);
  target[row * 2] = result.low;
  target[row * 2 + 1] = result.high;
  return next;
}

/** Appends 64-bit varints, packed (wire type 2) or one, 8 bytes each. */
export function readPackedInt64(
  source: Source,
  p: number,
  end: number,
  tag: number,
  run: ByteRun,
): number {
  const bytes = source.bytes;
  if ((tag & 7) === 0) {
    run.reserve(8);
    return appendInt64(bytes, p, run);
  }
  const length = readLength(bytes, p, end);
  p = result.next;
  const stop = p + length;
  // A number takes a byte on the wire at least, and 8 here; the last may run over the end.
  run.reserve(length * 8 + 8);
  while (p < stop) p = appendInt64(bytes, p, run);
  if (p !== stop) malformed(p, 'packed numbers past their end');
  return stop;
}

function appendInt64(bytes: Uint8Array, p: number, run: ByteRun): number {
  const next = readVarint(bytes, p);
  const at = run.length;
  run.view.setInt32(at, result.low, true);
  run.view.setInt32(at + 4, result.high, true);
  run.length = at + 8;
  return next;
}

/** Appends `int32` varints, packed (wire type 2) or one, 4 bytes each. */
export function readPackedInt32(
  source: Source,
  p: number,
  end: number,
  tag: number,
  run: ByteRun,
): number {
  const bytes = source.bytes;
  if ((tag & 7) === 0) {
    run.reserve(4);
    return appendInt32(bytes, p, run);
  }
  const length = readLength(bytes, p, end);
  p = result.next;
  const stop = p + length;
  run.reserve(length * 4 + 4);
  while (p < stop) p = appendInt32(bytes, p, run);
  if (p !== stop) malformed(p, 'packed numbers past their end');
  return stop;
}

function appendInt32(bytes: Uint8Array, p: number, run: ByteRun): number {
  const next = readVarint(bytes, p);
  run.view.setInt32(run.length, result.low, true);
  run.length += 4;
  return next;
}

/** Numbers of 8 bytes, packed (wire type 2) or one by one: the bytes are what Native wants. */
export function readPackedFixed64(
  source: Source,
  p: number,
  end: number,
  tag: number,
  run: ByteRun,
): number {
  let length = 8;
  let start = p;
  if ((tag & 7) === 2) {
    length = readLength(source.bytes, p, end);
    start = result.next;
    if ((length & 7) !== 0) malformed(start, 'packed numbers of 8 bytes, cut');
  }
  run.reserve(length);
  appendBytes(source, start, length, run);
  return start + length;
}
