/** A configuration before any component has read it. Maps keep the order of the file. */
export type ConfigValue =
  | null
  | boolean
  | number
  | string
  | ExpandedValue
  | readonly ConfigValue[]
  | ConfigMap;

export type ConfigMap = ReadonlyMap<string, ConfigValue>;

/** What separates the parts of a path, in YAML keys and in error texts. */
export const KEY_DELIMITER = '::';

/**
 * What a whole-value reference (`field: ${env:X}`) became: the text parsed as YAML, and the text
 * itself, which a string field takes. `ENV=0123` is 83 to a number and `0123` to a string.
 */
export class ExpandedValue {
  readonly value: ConfigValue;
  readonly text: string;

  constructor(value: ConfigValue, text: string) {
    this.value = value;
    this.text = text;
  }
}

export function isMap(value: ConfigValue | undefined): value is ConfigMap {
  return value instanceof Map;
}

export function isList(value: ConfigValue | undefined): value is readonly ConfigValue[] {
  return Array.isArray(value);
}

/** As `goTypeOf`, where upstream names the kind and not the type. */
export function goKindOf(value: unknown): string {
  const type = goTypeOf(value);
  if (type === '[]interface {}') return 'slice';
  return type === 'map[string]interface {}' ? 'map' : type;
}

/** The type in Go's words, as the Collector's error texts have it. */
export function goTypeOf(value: unknown): string {
  if (value instanceof ExpandedValue) return goTypeOf(value.value);
  if (value === null || value === undefined) return 'nil';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  return 'map[string]interface {}';
}
