import type { ByteRun } from '@sonde/proto';
import type { AttributeRows } from './attribute-map.ts';
import { writeDictionary, writeLowCardinalityPrefix } from './low-cardinality.ts';
import { endBefore, RowRuns } from './row-runs.ts';
import { writeRepeated, writeUint64 } from './scalars.ts';
import { writeStringColumn } from './string-rows.ts';

/** Attributes of a small table (scopes, resources): row i has those of entry `via[i]`. */
export interface ReplicatedAttributes {
  readonly rows: AttributeRows;
  readonly via: Uint32Array;
}

/** A `Map(LowCardinality(String), String)` column. */
export function writeReplicatedMap(
  out: ByteRun,
  attributes: ReplicatedAttributes,
  runs: RowRuns,
): void {
  const { rows, via } = attributes;
  const { list } = rows;
  writeLowCardinalityPrefix(out);
  const entries = writeReplicatedOffsets(out, attributes, runs);
  if (entries === 0) return;
  const width = writeDictionary(out, list.keyDictionary, entries);
  eachStretch(via, runs, (entry, count) => {
    const ids = list.keys.subarray(endBefore(rows.ends, entry), endBefore(rows.ends, entry + 1));
    writeRepeated(out, narrow(ids, 1 << width), count);
  });
  eachStretch(via, runs, (entry, count) => {
    const first = out.length;
    writeStringColumn(
      out,
      {
        run: list.values,
        start: list.valueStart,
        count: list.count,
        types: list.types,
        encodedCount: list.encodedCount,
      },
      RowRuns.range(endBefore(rows.ends, entry), endBefore(rows.ends, entry + 1)),
    );
    writeRepeated(out, out.bytes.slice(first, out.length), count - 1);
  });
}

/** An `Array(UInt8)` column: the `AnyValueType` of each entry of the map. */
export function writeReplicatedTypes(
  out: ByteRun,
  attributes: ReplicatedAttributes,
  runs: RowRuns,
): void {
  const { rows, via } = attributes;
  if (writeReplicatedOffsets(out, attributes, runs) === 0) return;
  eachStretch(via, runs, (entry, count) => {
    const start = endBefore(rows.ends, entry);
    writeRepeated(out, rows.list.types.subarray(start, endBefore(rows.ends, entry + 1)), count);
  });
}

/** Returns how many entries all rows have together. */
function writeReplicatedOffsets(
  out: ByteRun,
  attributes: ReplicatedAttributes,
  runs: RowRuns,
): number {
  const { rows, via } = attributes;
  out.reserve(runs.rows * 8);
  let entries = 0;
  eachStretch(via, runs, (entry, count) => {
    const size = endBefore(rows.ends, entry + 1) - endBefore(rows.ends, entry);
    for (let i = 0; i < count; i++) {
      entries += size;
      writeUint64(out, entries);
    }
  });
  return entries;
}

/** Calls back for each stretch of rows that follow each other and have the same entry. */
function eachStretch(
  via: Uint32Array,
  runs: RowRuns,
  visit: (entry: number, count: number) => void,
): void {
  for (let r = 0; r < runs.starts.length; r++) {
    const end = runs.ends[r];
    for (let row = runs.starts[r]; row < end; ) {
      const entry = via[row];
      let next = row + 1;
      while (next < end && via[next] === entry) next++;
      visit(entry, next - row);
      row = next;
    }
  }
}

/** The ids as bytes, `widthBytes` each, low byte first. */
function narrow(ids: Uint32Array, widthBytes: number): Uint8Array {
  const bytes = new Uint8Array(ids.length * widthBytes);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < ids.length; i++) {
    if (widthBytes === 1) bytes[i] = ids[i];
    else if (widthBytes === 2) view.setUint16(i * 2, ids[i], true);
    else view.setUint32(i * 4, ids[i], true);
  }
  return bytes;
}
