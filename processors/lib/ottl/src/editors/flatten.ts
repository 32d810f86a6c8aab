import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { EditableMap, Getter } from '../compile/getter.ts';
import { CompileError } from '../errors.ts';
import type { Value } from '../value/value.ts';

interface Flattening {
  readonly depthMax: bigint;
  readonly resolveConflicts: boolean;
  readonly result: Map<string, Value>;
  /** How often a key came, where conflicts are resolved. */
  readonly seen: Map<string, number>;
}

/** `flatten(target, prefix?, depth?, resolveConflicts?)`: maps and lists become keys with dots. */
export const flatten: FunctionDefinition = {
  name: 'flatten',
  parameters: ['target', 'prefix?', 'depth?', 'resolveConflicts?'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.mapTarget('target');
    const prefix = args.has('prefix') ? args.literalString('prefix') : '';
    const depthMax = args.has('depth') ? args.literalInt('depth') : (1n << 63n) - 1n;
    const resolveConflicts = args.has('resolveConflicts') && args.literalBool('resolveConflicts');
    if (depthMax < 0n) {
      throw new CompileError(`invalid depth for flatten function, ${depthMax} cannot be negative`);
    }
    return (cursor) => {
      target.edit(cursor, (map) => {
        const result = new Map<string, Value>();
        const flattening = { depthMax, resolveConflicts, result, seen: new Map<string, number>() };
        if (prefix === '' && isFlat(map)) return;
        for (let i = 0; i < map.size; i++) {
          add(flattening, joined(prefix, map.keyAt(i)), map.valueAt(i), 0n);
        }
        map.clear();
        for (const [key, value] of result) map.append(key, value);
      });
      return null;
    };
  },
};

function isFlat(map: EditableMap): boolean {
  for (let i = 0; i < map.size; i++) {
    const value = map.valueAt(i);
    if (value instanceof Map || Array.isArray(value)) return false;
  }
  return true;
}

function joined(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}.${key}`;
}

function add(flattening: Flattening, key: string, value: Value, depth: bigint): void {
  const { depthMax, resolveConflicts, result } = flattening;
  if (depth < depthMax && value instanceof Map) {
    for (const [name, item] of value) add(flattening, `${key}.${name}`, item, depth + 1n);
    return;
  }
  if (depth < depthMax && Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      const isLeaf = !(item instanceof Map) && !Array.isArray(item);
      // Upstream's elements come under the list's own key and are told apart as other conflicts.
      const name = resolveConflicts && isLeaf ? key : `${key}.${i}`;
      add(flattening, name, item, depth + 1n);
    }
    return;
  }
  result.set(resolveConflicts ? unused(flattening, key) : key, value);
}

/** `key`, `key.0`, `key.1`, ... as it comes again. */
function unused({ seen }: Flattening, key: string): string {
  const count = seen.get(key) ?? 0;
  seen.set(key, count + 1);
  return count === 0 ? key : `${key}.${count - 1}`;
}
