import type { PathEntry, PathKey } from '../compile/context.ts';
import { type Accessor, type Getter, highestLevel, Level } from '../compile/getter.ts';
import { type KeyValue, member, notAString, withMember } from '../compile/index-value.ts';
import { EvaluationError } from '../errors.ts';
import { copyValue, type Value } from '../value/value.ts';
import type { AttributeMap } from './attribute-map.ts';
import { expectMap } from './expect-type.ts';

/** A path of one field of the row. */
export function leaf<C>(
  get: Getter<C>,
  set: (cursor: C, value: Value) => void,
  level: Level = Level.row,
): PathEntry<C> {
  return { leaf: { level, get, set } };
}

/** A path that is only read. */
export function readOnly<C>(name: string, get: Getter<C>, level: Level = Level.row): PathEntry<C> {
  return leaf(get, refuseWriting(name), level);
}

export function refuseWriting(name: string): () => never {
  return () => {
    throw new EvaluationError(`${name} cannot be set`);
  };
}

/** Attributes: the whole map, or what keys name in it. */
export function attributes<C>(
  of: (cursor: C) => AttributeMap,
  level: Level = Level.row,
): PathEntry<C> {
  return {
    keyed: (keys) => {
      const [first, ...rest] = keys;
      if (first === undefined) {
        return {
          level,
          get: (cursor) => of(cursor).toMap(),
          set: (cursor, value) => of(cursor).replace(expectMap(value)),
          map: of,
        };
      }
      const key = first.get;
      const reached = highestLevel([{ level }, ...keys]);
      if (rest.length === 0) {
        return {
          ...inPlaceOf(of, first),
          level: reached,
          get: (cursor) => of(cursor).get(mapKey(key(cursor))),
          set: (cursor, value) => of(cursor).set(mapKey(key(cursor)), value),
        };
      }
      return {
        level: reached,
        get: (cursor) => inside(of(cursor).get(mapKey(key(cursor))), rest, cursor),
        set: (cursor, value) => {
          const map = of(cursor);
          const name = mapKey(key(cursor));
          map.set(name, withMember(map.get(name), valuesOf(rest, cursor), value));
        },
      };
    },
  };
}

/** Of an attribute whose key is known. */
function inPlaceOf<C>(
  of: (cursor: C) => AttributeMap,
  { literal: key }: PathKey<C>,
): Pick<Accessor<C>, 'inPlace'> {
  if (typeof key !== 'string') return {};
  return {
    inPlace: {
      isText: (text) => {
        const bytes = Buffer.from(text);
        return (cursor) => of(cursor).isText(key, bytes);
      },
      shortInteger: (cursor) => of(cursor).shortInteger(key),
    },
  };
}

/** One value that keys go into: a body. `indexed` refuses one without members. */
export function nested<C>(
  get: Getter<C>,
  set: (cursor: C, value: Value) => void,
  indexed: (value: Value) => Value,
): PathEntry<C> {
  return {
    keyed: (keys) =>
      keys.length === 0
        ? { level: Level.row, get, set }
        : {
            level: Level.row,
            get: (cursor) => inside(indexed(get(cursor)), keys, cursor),
            set: (cursor, value) => {
              const changed = withMember(indexed(get(cursor)), valuesOf(keys, cursor), value);
              set(cursor, changed);
            },
          },
  };
}

/** What statements keep for a row; it is no part of the data. */
export interface WithCache {
  cache: Value;
}

/** `cache`: its maps and lists are copied where they come in, so that no two places share one. */
export function cache<C extends WithCache>(): PathEntry<C> {
  return {
    keyed: (keys) => {
      const get: Getter<C> =
        keys.length === 0
          ? (cursor) => cursor.cache
          : (cursor) => inside(cursor.cache, keys, cursor);
      return {
        level: Level.row,
        get,
        set: (cursor, value) => {
          const stored = keys.length === 0 ? expectMap(value) : value;
          cursor.cache = withMember(cursor.cache, valuesOf(keys, cursor), copyValue(stored));
        },
      };
    },
  };
}

function mapKey(key: KeyValue): string {
  if (typeof key === 'string') return key;
  throw new EvaluationError(notAString('int64'));
}

function inside<C>(value: Value, keys: readonly PathKey<C>[], cursor: C): Value {
  let found = value;
  for (const key of keys) found = member(found, key.get(cursor));
  return found;
}

function valuesOf<C>(keys: readonly PathKey<C>[], cursor: C): KeyValue[] {
  return keys.map((key) => key.get(cursor));
}
