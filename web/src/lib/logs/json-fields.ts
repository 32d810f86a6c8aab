import type { Attribute, AttributeType } from '@sonde/backend/api-contract';

const FIELDS_MAX = 300;
const DEPTH_MAX = 8;

/** Fields of a body that is a JSON object, nested ones by their path; undefined for other bodies. */
export function jsonFields(body: string): readonly Attribute[] | undefined {
  const parsed = readObject(body);
  if (parsed === undefined) return undefined;
  const fields: Attribute[] = [];
  addFields(fields, parsed, { path: '', depth: 0 });
  return fields;
}

/** The value at a path: nested keys, or a key that has the dots in its name. */
export function jsonAt(body: string, path: string): string {
  const parsed = readObject(body);
  if (parsed === undefined) return '';
  let value: unknown = parsed;
  for (const key of path.split('.')) value = isObject(value) ? value[key] : undefined;
  return sayValue(value === undefined ? parsed[path] : value);
}

function addFields(
  fields: Attribute[],
  of: Readonly<Record<string, unknown>>,
  { path, depth }: { readonly path: string; readonly depth: number },
): void {
  for (const [name, value] of Object.entries(of)) {
    if (fields.length >= FIELDS_MAX) return;
    const key = path === '' ? name : `${path}.${name}`;
    if (isObject(value) && depth < DEPTH_MAX)
      addFields(fields, value, { path: key, depth: depth + 1 });
    else fields.push({ key, type: typeOf(value), value: sayValue(value) });
  }
}

function readObject(body: string): Readonly<Record<string, unknown>> | undefined {
  if (!body.trimStart().startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    // Text that only begins like JSON, or was cut.
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sayValue(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function typeOf(value: unknown): AttributeType {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'double';
  if (value === null) return 'empty';
  return Array.isArray(value) ? 'array' : 'kvlist';
}
