import type { PathTable } from '../compile/context.ts';
import type { Getter } from '../compile/getter.ts';
import { type IdKind, IdValue, TimeValue, type Value } from '../value/value.ts';
import { leaf } from './entries.ts';
import { expectHex, expectId, expectInt, expectTime } from './expect-type.ts';
import type { IdColumn } from './id-column.ts';

/** An id of the row, as it is and as `.string`: zeros where there is none. */
export function idPaths<C>(
  name: string,
  kind: IdKind,
  of: (cursor: C) => { readonly column: IdColumn; readonly row: number },
): PathTable<C> {
  const get = (cursor: C): IdValue => {
    const { column, row } = of(cursor);
    return new IdValue(kind, column.get(row));
  };
  const set = (cursor: C, bytes: Uint8Array): void => {
    const { column, row } = of(cursor);
    column.set(row, bytes);
  };
  return {
    [name]: leaf(get, (cursor, value) => set(cursor, expectId(kind, value))),
    [`${name}.string`]: leaf(
      (cursor) => get(cursor).hex,
      (cursor, value) => set(cursor, expectHex(kind, value)),
    ),
  };
}

/** A time of the row: `name` as a time, `name_unix_nano` as an int64. */
export function timePaths<C>(
  name: string,
  get: Getter<C, bigint>,
  set: (cursor: C, unixNano: bigint) => void,
): PathTable<C> {
  return {
    [`${name}_unix_nano`]: leaf(
      (cursor) => BigInt.asIntN(64, get(cursor)),
      (cursor, value) => set(cursor, expectInt(value)),
    ),
    [name]: leaf(
      (cursor): Value => new TimeValue(BigInt.asIntN(64, get(cursor))),
      (cursor, value) => set(cursor, expectTime(value)),
    ),
  };
}
