import { FIRST_ENCODED_TYPE } from '../columns/any-value-type.ts';
import { AttributeList } from '../columns/attribute-list.ts';
import { ByteRun } from '../columns/byte-run.ts';
import { StringColumn } from '../columns/string-column.ts';
import type { RowSelection } from './row-selection.ts';

/** Copies of the selected rows of columns; `width` is in elements a row. */

/** Shorter runs are copied by a loop: a view costs more. */
const VIEW_ELEMENTS_MIN = 24;

export function gatherUint8(source: Uint8Array, rows: RowSelection, width = 1): Uint8Array {
  const out = new Uint8Array(rows.rowCount * width);
  let at = 0;
  for (let i = 0; i < rows.starts.length; i++) {
    const end = rows.ends[i] * width;
    let p = rows.starts[i] * width;
    if (end - p >= VIEW_ELEMENTS_MIN) {
      out.set(source.subarray(p, end), at);
      at += end - p;
    } else while (p < end) out[at++] = source[p++];
  }
  return out;
}

export function gatherUint32(source: Uint32Array, rows: RowSelection, width = 1): Uint32Array {
  const out = new Uint32Array(rows.rowCount * width);
  let at = 0;
  for (let i = 0; i < rows.starts.length; i++) {
    const end = rows.ends[i] * width;
    let p = rows.starts[i] * width;
    if (end - p >= VIEW_ELEMENTS_MIN) {
      out.set(source.subarray(p, end), at);
      at += end - p;
    } else while (p < end) out[at++] = source[p++];
  }
  return out;
}

export function gatherInt32(source: Int32Array, rows: RowSelection, width = 1): Int32Array {
  const out = new Int32Array(rows.rowCount * width);
  let at = 0;
  for (let i = 0; i < rows.starts.length; i++) {
    const end = rows.ends[i] * width;
    let p = rows.starts[i] * width;
    if (end - p >= VIEW_ELEMENTS_MIN) {
      out.set(source.subarray(p, end), at);
      at += end - p;
    } else while (p < end) out[at++] = source[p++];
  }
  return out;
}

export function gatherFloat64(source: Float64Array, rows: RowSelection): Float64Array {
  const out = new Float64Array(rows.rowCount);
  let at = 0;
  for (let i = 0; i < rows.starts.length; i++) {
    for (let row = rows.starts[i]; row < rows.ends[i]; row++) out[at++] = source[row];
  }
  return out;
}

/** Ids with the view over them. */
export function gatherIds(
  source: Uint8Array,
  rows: RowSelection,
  widthBytes: number,
): { readonly ids: Uint8Array; readonly view: DataView } {
  const ids = gatherUint8(source, rows, widthBytes);
  return { ids, view: new DataView(ids.buffer) };
}

/** An `...End` column for the selected rows of the owner. */
export function gatherEnds(end: Uint32Array, rows: RowSelection): Uint32Array {
  const out = new Uint32Array(rows.rowCount * 2);
  let at = 0;
  let total = 0;
  for (let i = 0; i < rows.starts.length; i++) {
    const start = rows.starts[i];
    let before = start === 0 ? 0 : end[start * 2 - 2];
    for (let row = start; row < rows.ends[i]; row++) {
      total += end[row * 2] - before;
      before = end[row * 2];
      out[at] = total;
      at += 2;
    }
  }
  return out;
}

/** Elements of `widthBytes` end to end. */
export function gatherElements(source: ByteRun, rows: RowSelection, widthBytes: number): ByteRun {
  const out = new ByteRun(rows.rowCount * widthBytes);
  for (let i = 0; i < rows.starts.length; i++) {
    const start = rows.starts[i] * widthBytes;
    const end = rows.ends[i] * widthBytes;
    out.bytes.set(source.bytes.subarray(start, end), out.length);
    out.length += end - start;
  }
  return out;
}

/** `count` is the rows of the source. */
export function gatherStrings(
  source: StringColumn,
  rows: RowSelection,
  count: number,
): StringColumn {
  const { run, start } = source;
  const endOf = (row: number): number => (row === count ? run.length : start[row]);
  let bytes = 0;
  for (let i = 0; i < rows.starts.length; i++) {
    bytes += endOf(rows.ends[i]) - start[rows.starts[i]];
  }
  const out = new StringColumn(rows.rowCount, bytes);
  let at = 0;
  for (let i = 0; i < rows.starts.length; i++) {
    const from = start[rows.starts[i]];
    const shift = out.run.length - from;
    for (let row = rows.starts[i]; row < rows.ends[i]; row++) out.start[at++] = start[row] + shift;
    copyBytes(run, from, endOf(rows.ends[i]) - from, out.run);
  }
  return out;
}

/** The attributes of the selected entries; the key dictionary and the values are shared. */
export function gatherAttributes(source: AttributeList, entries: RowSelection): AttributeList {
  if (entries.rowCount === source.count) return source;
  const types = gatherUint8(source.types, entries);
  return Object.assign(new AttributeList(0, 0), {
    count: entries.rowCount,
    capacity: entries.rowCount,
    keys: gatherUint32(source.keys, entries),
    types,
    valueStart: gatherUint32(source.valueStart, entries),
    values: source.values,
    keyDictionary: source.keyDictionary,
    encodedCount: source.encodedCount === 0 ? 0 : countEncoded(types, types.length),
    isDense: false,
  });
}

export function countEncoded(types: Uint8Array, count: number): number {
  let encoded = 0;
  for (let i = 0; i < count; i++) if (types[i] >= FIRST_ENCODED_TYPE) encoded++;
  return encoded;
}

/** Up to here a loop over words beats a view. */
const WORD_COPY_BYTES_MAX = 384;

/** Appends bytes of one run to another, which has room for them. Both have slack behind. */
export function copyBytes(
  from: Pick<ByteRun, 'bytes' | 'view'>,
  start: number,
  length: number,
  to: ByteRun,
): void {
  const at = to.length;
  to.length = at + length;
  if (length > WORD_COPY_BYTES_MAX) {
    to.bytes.set(from.bytes.subarray(start, start + length), at);
    return;
  }
  const { view } = from;
  for (let i = 0; i < length; i += 4)
    to.view.setInt32(at + i, view.getInt32(start + i, true), true);
}
