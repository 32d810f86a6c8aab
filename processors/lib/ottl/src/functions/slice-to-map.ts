import type { FunctionDefinition } from '../compile/function-definition.ts';
import { EvaluationError } from '../errors.ts';
import { copyValue, pcommonType, type Value, type ValueMap } from '../value/value.ts';
import { converter } from './define.ts';

type Path = readonly string[];

/** The value at the end of a path of keys; says what is missing. */
function atPath(map: ValueMap, path: Path, before: string): Value {
  if (path.length === 0) {
    throw new EvaluationError(`${before}: must provide at least one path item`);
  }
  let value: Value = map;
  for (const [depth, key] of path.entries()) {
    const found: Value | undefined = value instanceof Map ? value.get(key) : undefined;
    if (found === undefined) {
      const left = path.slice(value instanceof Map ? depth : depth - 1).join(' ');
      throw new EvaluationError(`${before}: provided object does not contain the path [${left}]`);
    }
    value = found;
  }
  return value;
}

function keyOf(map: ValueMap, path: Path, index: number): string {
  const key = atPath(map, path, `could not extract key from element ${index}`);
  if (typeof key === 'string') return key;
  throw new EvaluationError(
    `element ${index}: extracted key attribute is not of type string, got "${pcommonType(key)}"`,
  );
}

function requireMap(item: Value): ValueMap {
  if (item instanceof Map) return item;
  throw new EvaluationError(
    `slice elements must be maps when using \`key_path\` or \`value_path\`, but could not cast element of type \`${pcommonType(item)}\` to a map`,
  );
}

/** `SliceToMap(target, keyPath, valuePath)`: items by a key within them, or by their place. */
export const sliceToMap: FunctionDefinition = converter(
  'SliceToMap',
  ['target', 'key_path?', 'value_path?'],
  (args) => {
    const target = args.list('target');
    const keyPath = args.has('key_path') ? args.literalStrings('key_path') : undefined;
    const valuePath = args.has('value_path') ? args.literalStrings('value_path') : undefined;
    return (cursor) => {
      const map: ValueMap = new Map();
      for (const [index, item] of target(cursor).entries()) {
        const key = keyPath === undefined ? String(index) : keyOf(requireMap(item), keyPath, index);
        const before = `could not extract value from element ${index}`;
        const value = valuePath === undefined ? item : atPath(requireMap(item), valuePath, before);
        map.set(key, copyValue(value));
      }
      return map;
    };
  },
);
