import type { ByteRun } from '@sonde/proto';
import { writeLowCardinalityBody, writeLowCardinalityPrefix } from './low-cardinality.ts';
import { RowRuns } from './row-runs.ts';
import { writeText, writeUint64, writeVarint } from './scalars.ts';
import { TextTable } from './text-table.ts';
import { splitArguments } from './type-arguments.ts';

/**
 * A value of a row: numbers up to 32 bits and floats as `number`, 64-bit integers and `DateTime64` as
 * `bigint`, strings as text or bytes, arrays as arrays, maps as arrays of pairs.
 */
export type CellValue = string | number | bigint | Uint8Array | readonly CellValue[];

/**
 * Writes a column from plain values: the slow and obvious way, the counterpart of
 * `readNativeBlocks`, for tables of few rows. Throws `RangeError` for a type it does not know and for
 * a value that is none of its type.
 */
export function writeValueColumn(out: ByteRun, type: string, values: readonly CellValue[]): void {
  const encoder = encoderOf(type);
  encoder.prefix(out);
  encoder.body(out, values);
}

interface Encoder {
  /** What stands before the offsets of all arrays around it. */
  readonly prefix: (out: ByteRun) => void;
  readonly body: (out: ByteRun, values: readonly CellValue[]) => void;
}

const encoders = new Map<string, Encoder>();

function encoderOf(type: string): Encoder {
  const known = encoders.get(type);
  if (known !== undefined) return known;
  const made = makeEncoder(type);
  encoders.set(type, made);
  return made;
}

function makeEncoder(type: string): Encoder {
  const [, name = '', rest = ''] = /^([A-Za-z0-9]+)(?:\((.*)\))?$/s.exec(type.trim()) ?? [];
  const number = NUMBERS.get(name);
  if (number !== undefined) return numbers(number[0], number[1]);
  const inner = rest === '' ? [] : splitArguments(rest);
  switch (name) {
    case 'String':
      return plain((out, value) => appendString(out, value));
    case 'FixedString':
      return plain((out, value) => appendFixed(out, value, Number(rest)));
    case 'LowCardinality':
      return { prefix: writeLowCardinalityPrefix, body: lowCardinality };
    case 'SimpleAggregateFunction':
      return encoderOf(inner[1] ?? '');
    case 'Array':
      return array(encoderOf(inner[0] ?? ''));
    case 'Map':
      return map(encoderOf(inner[0] ?? ''), encoderOf(inner[1] ?? ''));
    default:
      throw new RangeError(`unknown type ${type}`);
  }
}

type WriteNumber = (view: DataView, at: number, value: CellValue) => void;

const small =
  (set: (view: DataView, at: number, value: number) => void): WriteNumber =>
  (view, at, value) => {
    if (typeof value !== 'number') throw new RangeError(`${String(value)} is no number`);
    set(view, at, value);
  };

const large =
  (set: (view: DataView, at: number, value: bigint) => void): WriteNumber =>
  (view, at, value) => {
    if (typeof value !== 'bigint') throw new RangeError(`${String(value)} is no bigint`);
    set(view, at, value);
  };

const uint8 = small((view, at, value) => view.setUint8(at, value));
const uint16 = small((view, at, value) => view.setUint16(at, value, true));
const uint32 = small((view, at, value) => view.setUint32(at, value, true));
const int32 = small((view, at, value) => view.setInt32(at, value, true));
const uint64 = large((view, at, value) => view.setBigUint64(at, value, true));
const int64 = large((view, at, value) => view.setBigInt64(at, value, true));

const NUMBERS: ReadonlyMap<string, readonly [number, WriteNumber]> = new Map([
  ['UInt8', [1, uint8]],
  ['Enum8', [1, uint8]],
  ['Bool', [1, uint8]],
  ['UInt16', [2, uint16]],
  ['Date', [2, uint16]],
  ['UInt32', [4, uint32]],
  ['DateTime', [4, uint32]],
  ['Int32', [4, int32]],
  ['UInt64', [8, uint64]],
  ['Int64', [8, int64]],
  ['DateTime64', [8, int64]],
  ['Float64', [8, small((view, at, value) => view.setFloat64(at, value, true))]],
]);

const nothing = (): void => {};

function plain(append: (out: ByteRun, value: CellValue) => void): Encoder {
  return {
    prefix: nothing,
    body: (out, values) => {
      for (const value of values) append(out, value);
    },
  };
}

function numbers(widthBytes: number, write: WriteNumber): Encoder {
  return {
    prefix: nothing,
    body: (out, values) => {
      out.reserve(values.length * widthBytes);
      for (const value of values) {
        write(out.view, out.length, value);
        out.length += widthBytes;
      }
    },
  };
}

function appendString(out: ByteRun, value: CellValue): void {
  if (typeof value === 'string') {
    writeText(out, value);
    return;
  }
  if (!(value instanceof Uint8Array)) throw new RangeError(`${String(value)} is no string`);
  out.reserve(value.length + 9);
  writeVarint(out, value.length);
  appendBytes(out, value);
}

function appendFixed(out: ByteRun, value: CellValue, widthBytes: number): void {
  if (!(value instanceof Uint8Array) || value.length !== widthBytes) {
    throw new RangeError(`${String(value)} has not ${widthBytes} bytes`);
  }
  out.reserve(widthBytes);
  appendBytes(out, value);
}

function appendBytes(out: ByteRun, bytes: Uint8Array): void {
  out.bytes.set(bytes, out.length);
  out.length += bytes.length;
}

function lowCardinality(out: ByteRun, values: readonly CellValue[]): void {
  const dictionary = new TextTable();
  const ids = Uint32Array.from(values, (value) => {
    if (typeof value !== 'string') throw new RangeError(`${String(value)} is no text`);
    return dictionary.idOf(value);
  });
  writeLowCardinalityBody(out, { dictionary, ids }, RowRuns.range(0, values.length));
}

function listOf(value: CellValue): readonly CellValue[] {
  if (!Array.isArray(value)) throw new RangeError(`${String(value)} is no list`);
  return value;
}

/** Writes where each row's entries end, and gives all of them. */
function flatten(out: ByteRun, values: readonly CellValue[]): readonly CellValue[] {
  const flat: CellValue[] = [];
  for (const value of values) {
    for (const entry of listOf(value)) flat.push(entry);
    writeUint64(out, flat.length);
  }
  return flat;
}

function array(inner: Encoder): Encoder {
  return {
    prefix: inner.prefix,
    body: (out, values) => inner.body(out, flatten(out, values)),
  };
}

function map(keys: Encoder, mapped: Encoder): Encoder {
  const place = (index: number) => (entry: CellValue) => listOf(entry)[index] ?? '';
  return {
    prefix: (out) => {
      keys.prefix(out);
      mapped.prefix(out);
    },
    body: (out, values) => {
      const entries = flatten(out, values);
      keys.body(out, entries.map(place(0)));
      mapped.body(out, entries.map(place(1)));
    },
  };
}
