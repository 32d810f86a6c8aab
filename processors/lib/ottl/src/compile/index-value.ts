import { EvaluationError } from '../errors.ts';
import { goType, pcommonType, type Value } from '../value/value.ts';

/** A key behind a path or converter: a string for maps, an int64 for lists. */
export type KeyValue = string | bigint;

/** A list that a key makes longer stays below this. */
const LIST_LENGTH_MAX = 10_000n;

export function asKey(value: Value): KeyValue {
  if (typeof value === 'string' || typeof value === 'bigint') return value;
  throw new EvaluationError(
    `could not resolve key for map/slice, expecting 'string' or 'int64' but got '${goType(value)}'`,
  );
}

/** What a key names inside a value; nil where a map has no such key. */
export function member(value: Value, key: KeyValue): Value {
  if (typeof key === 'string') {
    if (value instanceof Map) return value.get(key) ?? null;
    if (value === null) return null;
    throw noMember(value);
  }
  if (Array.isArray(value)) return value[placeIn(value, key)] ?? null;
  if (value === null) return null;
  throw noMember(value);
}

/** A key of the wrong type, or of a value that has no members: upstream's texts. */
function noMember(value: Value): EvaluationError {
  const unresolved = 'could not resolve key for map/slice, expecting';
  if (Array.isArray(value)) {
    return new EvaluationError(
      `unable to resolve an integer index in slice: ${unresolved} 'int64' but got 'string'`,
    );
  }
  if (value instanceof Map) return new EvaluationError(notAString('int64'));
  return new EvaluationError(`type ${pcommonType(value)} does not support string indexing`);
}

/** The text for a key of a map that is of another type. */
export function notAString(type: string): string {
  const unresolved = "could not resolve key for map/slice, expecting 'string'";
  return `unable to resolve a string index in map: ${unresolved} but got '${type}'`;
}

function placeIn(list: readonly Value[], key: bigint): number {
  if (key >= 0n && key < BigInt(list.length)) return Number(key);
  throw new EvaluationError(`index ${key} out of bounds`);
}

/** As `member`, behind a converter: a key that is not there is an error. */
export function resultMember(value: Value, key: KeyValue): Value {
  if (value instanceof Map) {
    if (typeof key !== 'string') throw new EvaluationError('map must be indexed by a string');
    const found = value.get(key);
    if (found === undefined) throw new EvaluationError('key not found in map');
    return found;
  }
  if (Array.isArray(value)) {
    if (typeof key !== 'bigint') throw new EvaluationError('slice must be indexed by an int');
    return value[placeIn(value, key)] ?? null;
  }
  throw new EvaluationError(`type, ${goType(value)}, does not support indexing`);
}

/**
 * A copy of `value` in which `keys` from `depth` on name `item`. Maps and lists come into being where
 * there was nothing.
 */
export function withMember(value: Value, keys: readonly KeyValue[], item: Value, depth = 0): Value {
  const key = keys[depth];
  if (key === undefined) return item;
  if (typeof key === 'string') {
    if (value !== null && !(value instanceof Map)) throw noMember(value);
    const copy = new Map(value);
    return copy.set(key, withMember(copy.get(key) ?? null, keys, item, depth + 1));
  }
  if (value !== null && !Array.isArray(value)) throw noMember(value);
  const list = value === null ? emptyList(key) : [...value];
  const place = placeIn(list, key);
  list[place] = withMember(list[place] ?? null, keys, item, depth + 1);
  return list;
}

function emptyList(key: bigint): Value[] {
  if (key < 0n || key >= LIST_LENGTH_MAX) throw new EvaluationError(`index ${key} out of bounds`);
  return new Array<Value>(Number(key) + 1).fill(null);
}
