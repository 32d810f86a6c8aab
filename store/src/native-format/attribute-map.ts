import type { AttributeList, ByteRun } from '@sonde/proto';
import { writeOffsets } from './array-column.ts';
import { writeLowCardinalityBody, writeLowCardinalityPrefix } from './low-cardinality.ts';
import type { RowRuns } from './row-runs.ts';
import { writeStringColumn } from './string-rows.ts';

/** Attributes of rows: row i owns `[end(i - 1), end(i))` of `list`. */
export interface AttributeRows {
  readonly list: AttributeList;
  readonly ends: Uint32Array;
}

/** A `Map(LowCardinality(String), String)` column. */
export function writeMapColumn(out: ByteRun, rows: AttributeRows, runs: RowRuns): void {
  writeLowCardinalityPrefix(out);
  writeOffsets(out, rows.ends, runs);
  writeEntries(out, rows.list, runs.children(rows.ends));
}

/** An `Array(UInt8)` column: the `AnyValueType` of each entry of the map. */
export function writeTypesColumn(out: ByteRun, rows: AttributeRows, runs: RowRuns): void {
  writeOffsets(out, rows.ends, runs);
  writeTypes(out, rows.list, runs.children(rows.ends));
}

/** An `Array(Map(LowCardinality(String), String))` column: `outer` groups the rows of `rows`. */
export function writeNestedMapColumn(
  out: ByteRun,
  nested: { readonly outer: Uint32Array; readonly rows: AttributeRows },
  runs: RowRuns,
): void {
  const { outer, rows } = nested;
  const inner = runs.children(outer);
  writeLowCardinalityPrefix(out);
  writeOffsets(out, outer, runs);
  writeOffsets(out, rows.ends, inner);
  writeEntries(out, rows.list, inner.children(rows.ends));
}

/** An `Array(Array(UInt8))` column beside a nested map. */
export function writeNestedTypesColumn(
  out: ByteRun,
  nested: { readonly outer: Uint32Array; readonly rows: AttributeRows },
  runs: RowRuns,
): void {
  const { outer, rows } = nested;
  const inner = runs.children(outer);
  writeOffsets(out, outer, runs);
  writeOffsets(out, rows.ends, inner);
  writeTypes(out, rows.list, inner.children(rows.ends));
}

function writeEntries(out: ByteRun, list: AttributeList, entries: RowRuns): void {
  writeLowCardinalityBody(out, { dictionary: list.keyDictionary, ids: list.keys }, entries);
  writeStringColumn(
    out,
    {
      run: list.values,
      start: list.valueStart,
      count: list.count,
      types: list.types,
      encodedCount: list.encodedCount,
    },
    entries,
  );
}

function writeTypes(out: ByteRun, list: AttributeList, entries: RowRuns): void {
  out.reserve(entries.rows);
  for (let i = 0; i < entries.starts.length; i++) {
    const part = list.types.subarray(entries.starts[i], entries.ends[i]);
    out.bytes.set(part, out.length);
    out.length += part.length;
  }
}
