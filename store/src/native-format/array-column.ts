import type { ByteRun } from '@sonde/proto';
import { type FixedRows, writeFixedColumn } from './fixed-column.ts';
import { endBefore, type RowRuns } from './row-runs.ts';

/**
 * Writes the offsets of an Array or Map column: for each row the end of its entries, u64, counted
 * from the first entry of the block. `ends` is a two-word offset column of the whole batch.
 */
export function writeOffsets(out: ByteRun, ends: Uint32Array, runs: RowRuns): void {
  out.reserve(runs.rows * 8);
  if (runs.starts.length === 1 && runs.starts[0] === 0) {
    const length = runs.rows * 8;
    out.bytes.set(new Uint8Array(ends.buffer, ends.byteOffset, length), out.length);
    out.length += length;
    return;
  }
  const { view } = out;
  let position = out.length;
  let entries = 0;
  for (let r = 0; r < runs.starts.length; r++) {
    const shift = entries - endBefore(ends, runs.starts[r]);
    for (let row = runs.starts[r]; row < runs.ends[r]; row++) {
      view.setUint32(position, ends[row * 2] + shift, true);
      view.setUint32(position + 4, 0, true);
      position += 8;
    }
    entries = endBefore(ends, runs.ends[r]) + shift;
  }
  out.length = position;
}

/** An Array column whose entries all have `widthBytes`, end to end in `source`. */
export function writeFixedArrayColumn(
  out: ByteRun,
  array: FixedRows & { readonly ends: Uint32Array },
  runs: RowRuns,
): void {
  writeOffsets(out, array.ends, runs);
  writeFixedColumn(out, array, runs.children(array.ends));
}
