import { type BlockWriter, type CellValue, type RowRuns, writeValueColumn } from '@sonde/store';

/** A row as plain values, by column. */
export type ValueRow = Readonly<Record<string, CellValue>>;

/** Writes the columns that the rows have values of. */
export function writeValueRows(
  writer: BlockWriter,
  block: {
    readonly rows: readonly ValueRow[];
    readonly columns: readonly { readonly name: string; readonly type: string }[];
  },
  runs: RowRuns,
): void {
  const [first] = block.rows;
  if (first === undefined) return;
  for (const { name, type } of block.columns) {
    if (first[name] === undefined) continue;
    writer.column(name);
    writeValueColumn(writer.out, type, valuesOf(block.rows, name, runs));
  }
}

function valuesOf(rows: readonly ValueRow[], name: string, runs: RowRuns): CellValue[] {
  const values: CellValue[] = [];
  for (let r = 0; r < runs.starts.length; r++) {
    for (let row = runs.starts[r]; row < runs.ends[r]; row++) {
      const value = rows[row]?.[name];
      if (value === undefined) throw new RangeError(`row ${row} has no ${name}`);
      values.push(value);
    }
  }
  return values;
}

/** Bytes of a number, or of a length before a text. */
const NUMBER_BYTES = 8;

/** About how long the values are in a block. */
export function valueBytes(value: CellValue): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length + NUMBER_BYTES;
  if (typeof value !== 'object') return NUMBER_BYTES;
  return value.reduce((bytes: number, entry) => bytes + valueBytes(entry), NUMBER_BYTES);
}

/** About how long a row is, for each row, summed up: entry i is the end of row i. */
export function rowBytesEnds(rows: readonly ValueRow[]): Float64Array {
  const ends = new Float64Array(rows.length);
  let bytes = 0;
  rows.forEach((row, i) => {
    for (const value of Object.values(row)) bytes += valueBytes(value);
    ends[i] = bytes;
  });
  return ends;
}

/** Bytes of the rows of `runs`. */
export function bytesOfRuns(ends: Float64Array, runs: RowRuns): number {
  let bytes = 0;
  for (let r = 0; r < runs.starts.length; r++) {
    const start = runs.starts[r];
    bytes += (ends[runs.ends[r] - 1] ?? 0) - (start === 0 ? 0 : (ends[start - 1] ?? 0));
  }
  return bytes;
}
