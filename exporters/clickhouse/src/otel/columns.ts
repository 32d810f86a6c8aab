import type { ByteRun, Dictionary } from '@sonde/proto';
import {
  type AttributeRows,
  type RowRuns,
  type StringTable,
  TextTable,
  writeDictionaryStrings,
  writeFixedArrayColumn,
  writeFixedColumn,
  writeLowCardinalityColumn,
  writeMapColumn,
  writeNestedMapColumn,
  writeOffsets,
  writeReplicatedMap,
} from '@sonde/store';
import type { WriteColumn } from './column-block.ts';

export const fixed =
  (source: ArrayBufferView, widthBytes: number): WriteColumn =>
  (out, runs) =>
    writeFixedColumn(out, { source, widthBytes }, runs);

export const array =
  (ends: Uint32Array, source: ArrayBufferView, widthBytes: number): WriteColumn =>
  (out, runs) =>
    writeFixedArrayColumn(out, { ends, source, widthBytes }, runs);

export const lowCardinality =
  (dictionary: StringTable, ids: Uint32Array, via?: Uint32Array): WriteColumn =>
  (out, runs) =>
    writeLowCardinalityColumn(
      out,
      via === undefined ? { dictionary, ids } : { dictionary, ids, via },
      runs,
    );

/** Entries of a dictionary as Strings: row i has id `ids[via[i]]`. */
export const strings =
  (dictionary: Dictionary, ids: Uint32Array, via: Uint32Array): WriteColumn =>
  (out, runs) =>
    writeDictionaryStrings(out, { dictionary, ids, via }, runs);

export const map =
  (rows: AttributeRows): WriteColumn =>
  (out, runs) =>
    writeMapColumn(out, rows, runs);

/** Attributes of a small table, once for each row that names an entry. */
export const replicatedMap =
  (rows: AttributeRows, via: Uint32Array): WriteColumn =>
  (out, runs) =>
    writeReplicatedMap(out, { rows, via }, runs);

export const nestedMap =
  (outer: Uint32Array, rows: AttributeRows): WriteColumn =>
  (out, runs) =>
    writeNestedMapColumn(out, { outer, rows }, runs);

/** Numbers of an enumeration as its names; one beyond them is empty, as upstream has it. */
export function named(names: readonly string[], numbers: Uint8Array): WriteColumn {
  const dictionary = new TextTable();
  const places = names.map((name) => dictionary.idOf(name));
  const ids = Uint32Array.from(numbers, (number) => places[number] ?? 0);
  return lowCardinality(dictionary, ids);
}

/** Ids in lower-case hex; those of nothing but zeros are empty. */
export const hexIds =
  (ids: Uint8Array, widthBytes: number): WriteColumn =>
  (out, runs) =>
    writeHex(out, { ids, widthBytes }, runs);

export const nestedHexIds =
  (ends: Uint32Array, ids: Uint8Array, widthBytes: number): WriteColumn =>
  (out, runs) => {
    writeOffsets(out, ends, runs);
    writeHex(out, { ids, widthBytes }, runs.children(ends));
  };

const HEX_DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

function writeHex(
  out: ByteRun,
  column: { readonly ids: Uint8Array; readonly widthBytes: number },
  runs: RowRuns,
): void {
  const { ids, widthBytes } = column;
  out.reserve(runs.rows * (1 + widthBytes * 2));
  for (let r = 0; r < runs.starts.length; r++) {
    for (let row = runs.starts[r]; row < runs.ends[r]; row++) {
      writeHexId(out, ids, { start: row * widthBytes, end: (row + 1) * widthBytes });
    }
  }
}

function writeHexId(
  out: ByteRun,
  ids: Uint8Array,
  id: { readonly start: number; readonly end: number },
): void {
  const { bytes } = out;
  let position = out.length + 1;
  let any = 0;
  for (let i = id.start; i < id.end; i++) {
    any |= ids[i];
    bytes[position++] = HEX_DIGITS[ids[i] >>> 4];
    bytes[position++] = HEX_DIGITS[ids[i] & 15];
  }
  const length = any === 0 ? 0 : (id.end - id.start) * 2;
  bytes[out.length] = length;
  out.length += 1 + length;
}

/** `ids[via[i]]` for every i. */
export function compose(ids: Uint32Array, via: Uint32Array): Uint32Array {
  const composed = new Uint32Array(via.length);
  for (let i = 0; i < via.length; i++) composed[i] = ids[via[i]];
  return composed;
}
