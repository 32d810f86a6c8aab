import type { ByteRun } from '@sonde/proto';
import type { RowRuns } from './row-runs.ts';
import { writeRepeated } from './scalars.ts';

/** Rows of one width, end to end, in the byte order of the wire: numbers, times, FixedStrings. */
export interface FixedRows {
  /** A typed array; row i is its bytes `[i * widthBytes, (i + 1) * widthBytes)`. */
  readonly source: ArrayBufferView;
  readonly widthBytes: number;
}

export function writeFixedColumn(out: ByteRun, rows: FixedRows, runs: RowRuns): void {
  const { source, widthBytes } = rows;
  const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  out.reserve(runs.rows * widthBytes);
  for (let i = 0; i < runs.starts.length; i++) {
    const start = runs.starts[i] * widthBytes;
    const end = runs.ends[i] * widthBytes;
    if (end > bytes.length) throw new RangeError(`rows end at ${end} of ${bytes.length} bytes`);
    out.bytes.set(bytes.subarray(start, end), out.length);
    out.length += end - start;
  }
}

/** The same bytes in every row. */
export function writeConstantColumn(out: ByteRun, value: Uint8Array, runs: RowRuns): void {
  writeRepeated(out, value, runs.rows);
}

/** Row i is entry `via[i]` of a small table of 64-bit values in two words. */
export function writeUint64Via(
  out: ByteRun,
  column: { readonly table: Uint32Array; readonly via: Uint32Array },
  runs: RowRuns,
): void {
  const { table, via } = column;
  out.reserve(runs.rows * 8);
  const { view } = out;
  let position = out.length;
  for (let r = 0; r < runs.starts.length; r++) {
    for (let row = runs.starts[r]; row < runs.ends[r]; row++) {
      const entry = via[row] * 2;
      view.setUint32(position, table[entry], true);
      view.setUint32(position + 4, table[entry + 1], true);
      position += 8;
    }
  }
  out.length = position;
}

/** Row i is entry `via[i]` of a small table of 32-bit values. */
export function writeUint32Via(
  out: ByteRun,
  column: { readonly table: Uint32Array; readonly via: Uint32Array },
  runs: RowRuns,
): void {
  const { table, via } = column;
  out.reserve(runs.rows * 4);
  const { view } = out;
  let position = out.length;
  for (let r = 0; r < runs.starts.length; r++) {
    for (let row = runs.starts[r]; row < runs.ends[r]; row++) {
      view.setUint32(position, table[via[row]], true);
      position += 4;
    }
  }
  out.length = position;
}

/** Row i is entry `via[i]` of a small table of bytes. */
export function writeUint8Via(
  out: ByteRun,
  column: { readonly table: Uint8Array; readonly via: Uint32Array },
  runs: RowRuns,
): void {
  const { table, via } = column;
  out.reserve(runs.rows);
  const { bytes } = out;
  let position = out.length;
  for (let r = 0; r < runs.starts.length; r++) {
    for (let row = runs.starts[r]; row < runs.ends[r]; row++) bytes[position++] = table[via[row]];
  }
  out.length = position;
}
