import { z } from 'zod';
import { formatDuration, isDurationSchema, parseDuration } from './fields/duration.ts';
import {
  elementOf,
  objectsOf,
  schemasAt,
  type WrappedSchema,
  wrappedBy,
} from './fields/wrapped-schema.ts';

/** How deep a configuration may be, and how many wrappers a schema may have. */
const DEPTH_MAX = 64;

type Tree = Readonly<Record<string, unknown>>;

/**
 * A configuration as its schema decodes it, in the keys and texts that a user writes: what was left
 * out has its default, durations are as Go prints them. What has no default stays left out, a section
 * that is off among it; read again it means the same.
 */
export function withDefaults(value: unknown, schema: unknown, depth: number = DEPTH_MAX): unknown {
  const known = isMissing(value) ? orInitial(value, schema) : value;
  if (depth === 0 || isMissing(known)) return known;
  if (Array.isArray(known)) {
    const element = elementOf(schema);
    return known.map((item) => withDefaults(item, element, depth - 1));
  }
  if (isTree(known)) return filled(known, schema, depth);
  return isDuration(schema) ? durationText(known) : known;
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function orInitial(value: null | undefined, schema: unknown): unknown {
  const initial = initialOf(schema, value === null, DEPTH_MAX);
  return initial === undefined ? value : initial;
}

function filled(tree: Tree, schema: unknown, depth: number): Tree {
  const sections = schemasAt(schema, []).flatMap(sectionOf);
  const isOff = tree['enabled'] === false && sections.length > 0;
  const objects = objectsOf(schema);
  const [only] = objects;
  // Of several shapes nobody knows which one is meant.
  if (isOff || objects.length > 1) return tree;
  const element = only === undefined ? elementOf(schema) : undefined;
  const keys = new Set([...Object.keys(tree), ...Object.keys(only?.shape ?? {})]);
  const entries = [...keys].toSorted().flatMap((key): [string, unknown][] => {
    const value = withDefaults(tree[key], only?.shape[key] ?? element, depth - 1);
    return value === undefined ? [] : [[key, value]];
  });
  const showsEnabled = sections.some((each) => each.showsEnabled) && !('enabled' in tree);
  return Object.fromEntries(showsEnabled ? [['enabled', true], ...entries] : entries);
}

/** What stands for an absent value, or for null: as it would be written. Undefined: nothing does. */
function initialOf(schema: unknown, isNull: boolean, depth: number): unknown {
  if (depth === 0 || typeof schema !== 'object' || schema === null) return undefined;
  const wrapped = wrappedBy(schema);
  if (wrapped !== undefined) return {};
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    const { defaultValue } = schema.def;
    return isWritten(defaultValue) ? defaultValue : undefined;
  }
  if (schema instanceof z.ZodNullable) return isNull ? undefined : null;
  if (schema instanceof z.ZodOptional) {
    const inner = schema.unwrap();
    if (isNull) return initialOf(inner, isNull, depth - 1);
    return inner instanceof z.ZodNullable ? null : undefined;
  }
  if (schema instanceof z.ZodReadonly) return initialOf(schema.unwrap(), isNull, depth - 1);
  return schema instanceof z.ZodPipe ? initialOf(schema.in, isNull, depth - 1) : undefined;
}

/** Whether it is something that YAML could say. */
function isWritten(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isWritten);
  if (isTree(value)) return Object.values(value).every(isWritten);
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isTree(value: unknown): value is Tree {
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}

function sectionOf(schema: unknown): readonly WrappedSchema[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const wrapped = wrappedBy(schema);
  return wrapped?.isSection === true ? [wrapped] : [];
}

function isDuration(schema: unknown): boolean {
  return schemasAt(schema, []).some(isDurationSchema);
}

function durationText(value: unknown): unknown {
  const parsed = parseDuration(String(value));
  return parsed.ok ? formatDuration(parsed.ms) : value;
}
