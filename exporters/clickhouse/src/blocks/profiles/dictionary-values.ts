import {
  dictionaryText,
  Hash64,
  type IndexList,
  type ProfileColumns,
  readValue,
  stableHash64,
} from '@sonde/proto';
import type { CellValue } from '@sonde/store';
import type { ValueRow } from '../value-rows.ts';

/** A signed 64-bit number of two words. */
export function int64At(words: Int32Array, row: number): bigint {
  return BigInt.asIntN(64, uint64At(words, row));
}

export function uint64At(words: Int32Array, row: number): bigint {
  return (BigInt(words[row * 2 + 1] >>> 0) << 32n) | BigInt(words[row * 2] >>> 0);
}

const hash = new Hash64();

/**
 * What a content is named by in the store, the same in every batch: never 0, which names nothing.
 * `kind` keeps equal contents of different tables apart.
 */
export function contentId(kind: string, content: readonly unknown[]): bigint {
  const text = JSON.stringify([kind, ...content], (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  const bytes = Buffer.from(text, 'utf8');
  stableHash64(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length, hash);
  const id = (BigInt(hash.high >>> 0) << 32n) | BigInt(hash.low >>> 0);
  return id === 0n ? 1n : id;
}

/** The string of an index of request `segment`; empty for one that is in no table. */
export function stringAt(columns: ProfileColumns, segment: number, index: number): string {
  const { strings } = columns.dictionary;
  const row = strings.rowOf(segment, index);
  return row < 0 ? '' : dictionaryText(strings.dictionary, strings.id[row]);
}

/** Rows of a list of indexes. */
export function* indexesOf(list: IndexList, row: number): Generator<number, void, undefined> {
  const end = list.end[row * 2];
  for (let i = row === 0 ? 0 : list.end[row * 2 - 2]; i < end; i++) {
    yield list.indices.view.getInt32(i * 4, true);
  }
}

/** The attributes that a list of indexes names, as their columns; those in no table are left out. */
export function attributeValues(
  columns: ProfileColumns,
  segment: number,
  list: { readonly list: IndexList; readonly row: number },
): ValueRow {
  const table = columns.dictionary.attributes;
  const attributes: CellValue[] = [];
  const types: number[] = [];
  const units: string[] = [];
  for (const index of indexesOf(list.list, list.row)) {
    const row = table.rowOf(segment, index);
    if (row < 0) continue;
    const key = stringAt(columns, segment, table.key[row]);
    attributes.push([key, readValue(table.value, row, table.type[row])]);
    types.push(table.type[row]);
    units.push(stringAt(columns, segment, table.unit[row]));
  }
  return { attributes, attribute_types: types, attribute_units: units };
}
