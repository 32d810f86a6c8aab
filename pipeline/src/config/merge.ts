import { type ConfigMap, type ConfigValue, isList, isMap, KEY_DELIMITER } from './config-value.ts';

export interface MergeOptions {
  /**
   * Gate `confmap.enableMergeAppendOption`: lists of extensions, receivers and exporters in
   * `service` are appended without duplicates. Processors are not: their order has a meaning.
   */
  readonly appendLists?: boolean;
}

/**
 * The later source over the earlier one: maps merge, lists and scalars replace, null erases.
 * Both must have been through `nestKeys`.
 */
export function mergeConfigs(
  earlier: ConfigMap,
  later: ConfigMap,
  options: MergeOptions = {},
): ConfigMap {
  return mergeMaps(earlier, later, { path: [], appendLists: options.appendLists ?? false });
}

interface MergeWalk {
  readonly path: readonly string[];
  readonly appendLists: boolean;
}

function mergeMaps(earlier: ConfigMap, later: ConfigMap, walk: MergeWalk): ConfigMap {
  const merged = new Map(earlier);
  for (const [key, value] of later) {
    const inner: MergeWalk = { ...walk, path: [...walk.path, key] };
    merged.set(key, mergeValues(earlier.get(key), value, inner));
  }
  return merged;
}

function mergeValues(
  earlier: ConfigValue | undefined,
  later: ConfigValue,
  walk: MergeWalk,
): ConfigValue {
  if (isMap(earlier) && isMap(later)) return mergeMaps(earlier, later, walk);
  if (walk.appendLists && isList(earlier) && isList(later) && isAppended(walk.path)) {
    return [...earlier, ...later.filter((item) => !earlier.includes(item))];
  }
  return later;
}

function isAppended(path: readonly string[]): boolean {
  if (path[0] !== 'service') return false;
  const last = path.at(-1);
  if (path.length === 2) return last === 'extensions';
  return last === 'receivers' || last === 'exporters';
}

/** Spells `a::b: 1` out as `a: {b: 1}`, in maps within maps; lists are left as they are. */
export function nestKeys(map: ConfigMap): ConfigMap {
  const nested = new Map<string, ConfigValue>();
  for (const [key, value] of map) {
    const inner = isMap(value) ? nestKeys(value) : value;
    const [first = '', ...rest] = key.split(KEY_DELIMITER);
    const later = rest.length === 0 ? inner : spellOut(rest, inner);
    nested.set(first, mergeValues(nested.get(first), later, { path: [], appendLists: false }));
  }
  return nested;
}

function spellOut(keys: readonly string[], value: ConfigValue): ConfigMap {
  const [first = '', ...rest] = keys;
  return new Map([[first, rest.length === 0 ? value : spellOut(rest, value)]]);
}
