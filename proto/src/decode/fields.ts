import type { StringColumn } from '../columns/string-column.ts';
import { appendBytes } from '../protobuf/copy.ts';
import type { Source } from '../protobuf/source.ts';
import { readLength, readVarint, result } from '../protobuf/varint.ts';
import { checkIdLength } from '../schema/check-message.ts';

/** Readers of single fields into typed columns: each takes the offset behind the tag, returns what follows. */

const PREFIX_BYTES_MAX = 5;

/** A trace id into 16 bytes at `at`; an empty one is all zeros. */
export function readTraceId(
  source: Source,
  p: number,
  end: number,
  target: DataView,
  at: number,
): number {
  const length = readLength(source.bytes, p, end);
  const start = result.next;
  const from = source.view;
  if (length === 16) {
    target.setInt32(at, from.getInt32(start, true), true);
    target.setInt32(at + 4, from.getInt32(start + 4, true), true);
    target.setInt32(at + 8, from.getInt32(start + 8, true), true);
    target.setInt32(at + 12, from.getInt32(start + 12, true), true);
  } else {
    checkIdLength(start, length, 16);
    clearId(target, at, 16);
  }
  return start + length;
}

/** A span id into 8 bytes at `at`; an empty one is all zeros. */
export function readSpanId(
  source: Source,
  p: number,
  end: number,
  target: DataView,
  at: number,
): number {
  const length = readLength(source.bytes, p, end);
  const start = result.next;
  if (length === 8) {
    target.setInt32(at, source.view.getInt32(start, true), true);
    target.setInt32(at + 4, source.view.getInt32(start + 4, true), true);
  } else {
    checkIdLength(start, length, 8);
    clearId(target, at, 8);
  }
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
