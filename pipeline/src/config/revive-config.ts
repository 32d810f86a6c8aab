import { type ConfigMap, type ConfigValue, ExpandedValue, isMap } from './config-value.ts';

/** A configuration that came through a message port, where classes become plain objects. */
export function reviveConfig(cloned: unknown): ConfigMap {
  const root = revive(cloned);
  if (!isMap(root)) throw new TypeError('a configuration is a map');
  return root;
}

function revive(value: unknown): ConfigValue {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(revive);
  if (value instanceof Map) {
    return new Map([...value].map(([key, inner]) => [String(key), revive(inner)]));
  }
  if (typeof value === 'object' && value !== undefined && 'value' in value && 'text' in value) {
    return new ExpandedValue(revive(value.value), String(value.text));
  }
  throw new TypeError(`no part of a configuration: ${typeof value}`);
}
