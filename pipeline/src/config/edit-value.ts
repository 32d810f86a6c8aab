import { type ConfigValue, ExpandedValue, isList, isMap } from './config-value.ts';

export type ConfigPath = readonly PropertyKey[];

/** What stands at `path`, references seen through; undefined where there is nothing. */
export function valueAt(root: ConfigValue, path: ConfigPath): ConfigValue | undefined {
  let current: ConfigValue | undefined = root;
  for (const key of path) {
    if (current instanceof ExpandedValue) current = current.value;
    if (isMap(current)) current = current.get(String(key));
    else if (isList(current)) current = current[Number(key)];
    else return undefined;
  }
  return current;
}

/** A copy of `root` with another value at `path`; undefined takes a map's key away. */
export function withValueAt(
  root: ConfigValue,
  path: ConfigPath,
  value: ConfigValue | undefined,
): ConfigValue {
  const [key, ...rest] = path;
  if (key === undefined) return value ?? null;
  if (root instanceof ExpandedValue) {
    return new ExpandedValue(withValueAt(root.value, path, value), root.text);
  }
  if (isList(root)) {
    return root.map((item, index) =>
      index === Number(key) ? withValueAt(item, rest, value) : item,
    );
  }
  if (!isMap(root)) return root;
  const copy = new Map(root);
  const child = copy.get(String(key));
  if (rest.length === 0 && value === undefined) copy.delete(String(key));
  else if (child !== undefined) copy.set(String(key), withValueAt(child, rest, value));
  return copy;
}

/** Plain objects and arrays for a schema to read, references as what YAML makes of them. */
export function toPlain(value: ConfigValue): unknown {
  if (value instanceof ExpandedValue) return toPlain(value.value);
  if (isList(value)) return value.map(toPlain);
  if (isMap(value)) {
    return Object.fromEntries([...value].map(([key, item]) => [key, toPlain(item)]));
  }
  return value;
}
