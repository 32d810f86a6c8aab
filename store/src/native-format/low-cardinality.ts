import type { ByteRun } from '@sonde/proto';
import type { RowRuns } from './row-runs.ts';
import { writeText, writeUint64 } from './scalars.ts';

/**
 * Distinct strings in id order, as Native Strings end to end; id 0 is the empty string. `Dictionary`
 * of `@sonde/proto` is one.
 */
export interface StringTable {
  readonly run: ByteRun;
  readonly count: number;
}

/** Ids of a `StringTable` a row. With `via`, row i has id `ids[via[i]]`. */
export interface LowCardinalityRows {
  readonly dictionary: StringTable;
  readonly ids: Uint32Array;
  readonly via?: Uint32Array;
}

/** Version of the keys' serialisation; stands before the offsets of an Array or Map around it. */
export function writeLowCardinalityPrefix(out: ByteRun): void {
  writeUint64(out, 1);
}

/** A whole `LowCardinality(String)` column. */
export function writeLowCardinalityColumn(
  out: ByteRun,
  rows: LowCardinalityRows,
  runs: RowRuns,
): void {
  writeLowCardinalityPrefix(out);
  writeLowCardinalityBody(out, rows, runs);
}

/** What follows the prefix: the dictionary and one index a row. Nothing at all without rows. */
export function writeLowCardinalityBody(
  out: ByteRun,
  rows: LowCardinalityRows,
  runs: RowRuns,
): void {
  if (runs.rows === 0) return;
  const { dictionary, ids, via } = rows;
  const width = writeDictionary(out, dictionary, runs.rows);
  for (let r = 0; r < runs.starts.length; r++) {
    const start = runs.starts[r];
    const end = runs.ends[r];
    if (via === undefined) writeIds(out, width, ids.subarray(start, end));
    else writeIdsVia(out, width, { ids, via: via.subarray(start, end) });
  }
}

/** The same text in every row. */
export function writeLowCardinalityConstant(out: ByteRun, text: string, runs: RowRuns): void {
  writeLowCardinalityPrefix(out);
  if (runs.rows === 0) return;
  writeUint64(out, ADDITIONAL_KEYS);
  writeUint64(out, 2);
  writeText(out, '');
  writeText(out, text);
  writeUint64(out, runs.rows);
  out.reserve(runs.rows);
  out.bytes.fill(text === '' ? 0 : 1, out.length, out.length + runs.rows);
  out.length += runs.rows;
}

/** Flag in the index type: the dictionary stands in the block itself. */
const ADDITIONAL_KEYS = 1 << 9;

/** Number of bytes of an index is `1 << width`. */
type IndexWidth = 0 | 1 | 2;

export function writeDictionary(
  out: ByteRun,
  dictionary: StringTable,
  indexCount: number,
): IndexWidth {
  const width: IndexWidth = dictionary.count <= 256 ? 0 : dictionary.count <= 65_536 ? 1 : 2;
  writeUint64(out, ADDITIONAL_KEYS | width);
  writeUint64(out, dictionary.count);
  const keys = dictionary.run.used();
  out.reserve(keys.length + 8 + (indexCount << width));
  out.bytes.set(keys, out.length);
  out.length += keys.length;
  writeUint64(out, indexCount);
  out.reserve(indexCount << width);
  return width;
}

function writeIds(out: ByteRun, width: IndexWidth, ids: Uint32Array): void {
  const { bytes, view } = out;
  let position = out.length;
  const count = ids.length;
  if (width === 0) {
    for (let i = 0; i < count; i++) bytes[position++] = ids[i];
  } else if (width === 1) {
    for (let i = 0; i < count; i++, position += 2) view.setUint16(position, ids[i], true);
  } else {
    bytes.set(new Uint8Array(ids.buffer, ids.byteOffset, count * 4), position);
    position += count * 4;
  }
  out.length = position;
}

function writeIdsVia(
  out: ByteRun,
  width: IndexWidth,
  rows: { readonly ids: Uint32Array; readonly via: Uint32Array },
): void {
  const { ids, via } = rows;
  const { bytes, view } = out;
  let position = out.length;
  const count = via.length;
  if (width === 0) {
    for (let i = 0; i < count; i++) bytes[position++] = ids[via[i]];
  } else if (width === 1) {
    for (let i = 0; i < count; i++, position += 2) view.setUint16(position, ids[via[i]], true);
  } else {
    for (let i = 0; i < count; i++, position += 4) view.setUint32(position, ids[via[i]], true);
  }
  out.length = position;
}
