import type { AttributeList } from '@sonde/proto';
import { type AttributeRows, endBefore, type RowRuns } from '@sonde/store';

/** An index of the key's dictionary, at its widest, and a type. */
const ATTRIBUTE_BYTES = 5;

/** Bytes of the attributes of `runs` in a block. */
export function attributeBytes(rows: AttributeRows, runs: RowRuns): number {
  const entries = runs.children(rows.ends);
  let bytes = entries.rows * ATTRIBUTE_BYTES + rows.list.keyDictionary.run.length;
  for (let i = 0; i < entries.starts.length; i++) {
    bytes += valueStart(rows.list, entries.ends[i]) - valueStart(rows.list, entries.starts[i]);
  }
  return bytes;
}

/** Bytes of attributes of a small table, written once for each row that names an entry. */
export function replicatedBytes(rows: AttributeRows, via: Uint32Array, runs: RowRuns): number {
  if (rows.list.count === 0) return 0;
  let bytes = 0;
  for (let r = 0; r < runs.starts.length; r++) {
    for (let row = runs.starts[r]; row < runs.ends[r]; row++) {
      const first = endBefore(rows.ends, via[row]);
      const end = endBefore(rows.ends, via[row] + 1);
      bytes += valueStart(rows.list, end) - valueStart(rows.list, first);
      bytes += (end - first) * ATTRIBUTE_BYTES;
    }
  }
  return bytes;
}

function valueStart(list: AttributeList, entry: number): number {
  return entry === list.count ? list.values.length : list.valueStart[entry];
}
