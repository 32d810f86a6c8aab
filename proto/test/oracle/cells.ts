import type { ByteRun, Dictionary, StringColumn } from '../../src/index.ts';

/** Cells of columns as text, read the slow and obvious way. */
/** The string of a Native String that starts at `at`. */
export function native(run: ByteRun, at: number): string {
  let p = at;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = run.bytes[p++];
    length |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  return Buffer.from(run.bytes.subarray(p, p + length)).toString('latin1');
}

export function entry(dictionary: Dictionary, id: number): string {
  return id === 0 ? '' : native(dictionary.run, dictionary.offset[id]);
}

export function text(column: StringColumn, row: number): string {
  return native(column.run, column.start[row]);
}

export function bytes(column: Uint8Array, row: number, width: number): string {
  return Buffer.from(column.subarray(row * width, row * width + width)).toString('latin1');
}

export function words(column: Int32Array, row: number): string {
  const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
  return hex(column[row * 2 + 1]) + hex(column[row * 2]);
}

/** The rows that row `row` owns in a flat table, by its `...End` column. */
export function range(end: Uint32Array, row: number): number[] {
  if (end[row * 2 + 1] !== 0) throw new Error('high word of an offset');
  const from = row === 0 ? 0 : end[row * 2 - 2];
  return Array.from({ length: end[row * 2] - from }, (_, i) => from + i);
}

export function longs(run: ByteRun, end: Uint32Array, row: number): string[] {
  return range(end, row).map((i) =>
    run.view
      .getBigUint64(i * 8, true)
      .toString(16)
      .padStart(16, '0'),
  );
}
