import { type ByteRun, type Dictionary, FIRST_ENCODED_TYPE, renderNativeValue } from '@sonde/proto';
import type { RowRuns } from './row-runs.ts';

/**
 * Strings of rows or attribute values as Native Strings end to end. Where `types` says that a value
 * is kept as an encoded `AnyValue`, its text is written instead.
 */
export interface StringRows {
  readonly run: ByteRun;
  /** Where row i's length prefix starts in `run`. */
  readonly start: Uint32Array;
  /** Rows of the whole batch: the last one ends with the run. */
  readonly count: number;
  readonly types?: Uint8Array;
  /** How many rows are kept encoded; 0 lets runs be copied whole. */
  readonly encodedCount?: number;
}

export function writeStringColumn(out: ByteRun, rows: StringRows, runs: RowRuns): void {
  const encoded = rows.types !== undefined && rows.encodedCount !== 0;
  for (let i = 0; i < runs.starts.length; i++) {
    if (encoded) writeMixedRun(out, rows, { start: runs.starts[i], end: runs.ends[i] });
    else copyRows(out, rows, { start: runs.starts[i], end: runs.ends[i] });
  }
}

interface Run {
  readonly start: number;
  readonly end: number;
}

function copyRows(out: ByteRun, rows: StringRows, run: Run): void {
  if (run.end <= run.start) return;
  const from = rows.start[run.start];
  const part = rows.run.bytes.subarray(from, startOrEnd(rows, run.end));
  out.reserve(part.length);
  out.bytes.set(part, out.length);
  out.length += part.length;
}

function startOrEnd(rows: StringRows, row: number): number {
  return row === rows.count ? rows.run.length : rows.start[row];
}

function writeMixedRun(out: ByteRun, rows: StringRows, run: Run): void {
  const { types } = rows;
  let plain = run.start;
  for (let row = run.start; row < run.end; row++) {
    if (types === undefined || types[row] < FIRST_ENCODED_TYPE) continue;
    copyRows(out, rows, { start: plain, end: row });
    renderNativeValue(rows.run, rows.start[row], out);
    plain = row + 1;
  }
  copyRows(out, rows, { start: plain, end: run.end });
}

/** Strings of a small table: row i is entry `ids[via[i]]` of a dictionary, written as a String. */
export function writeDictionaryStrings(
  out: ByteRun,
  strings: {
    readonly dictionary: Dictionary;
    readonly ids: Uint32Array;
    readonly via: Uint32Array;
  },
  runs: RowRuns,
): void {
  const { dictionary, ids, via } = strings;
  for (let r = 0; r < runs.starts.length; r++) {
    for (let row = runs.starts[r]; row < runs.ends[r]; row++) {
      const id = ids[via[row]];
      const start = dictionary.offset[id];
      const part = dictionary.run.bytes.subarray(start, dictionary.offset[id + 1]);
      out.reserve(part.length);
      out.bytes.set(part, out.length);
      out.length += part.length;
    }
  }
}
