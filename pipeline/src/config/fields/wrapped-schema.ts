import { z } from 'zod';

/** What a builder hides inside a transformation, so that keys can still be looked up by path. */
const INNER = new WeakMap<object, WrappedSchema>();

export interface WrappedSchema {
  readonly inner: z.ZodType;
  /** It takes `enabled` beside the keys of `inner`. */
  readonly isSection: boolean;
  /** The Collector prints `enabled` of it, also where nobody wrote it. */
  readonly showsEnabled: boolean;
}

export function rememberInner(
  outer: object,
  inner: z.ZodType,
  options: { readonly isSection?: boolean; readonly showsEnabled?: boolean } = {},
): void {
  const { isSection = false, showsEnabled = false } = options;
  INNER.set(outer, { inner, isSection, showsEnabled });
}

/** What stands behind a schema that a builder made; undefined for any other. */
export function wrappedBy(outer: object): WrappedSchema | undefined {
  return INNER.get(outer);
}

/** How many wrappers a schema may have around its object. */
const WRAPPERS_MAX = 20;

/** The keys an object schema knows at `path`; empty where it is not an object or open. */
export function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const found = descend(schema, path);
  const object = objectsOf(found, WRAPPERS_MAX);
  return object.flatMap((candidate) => Object.keys(candidate.shape));
}

/** The schema at `path` with everything inside its wrappers. */
export function schemasAt(schema: unknown, path: readonly PropertyKey[]): readonly unknown[] {
  return unwrapAll(descend(schema, path), WRAPPERS_MAX);
}

function unwrapAll(schema: unknown, depth: number): readonly unknown[] {
  const inner = innerSchemas(schema, depth).flatMap((child) => unwrapAll(child, depth - 1));
  return [schema, ...inner];
}

function descend(schema: unknown, path: readonly PropertyKey[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  for (const object of objectsOf(schema, WRAPPERS_MAX)) {
    const child: unknown = object.shape[String(key)];
    if (child !== undefined) return descend(child, rest);
  }
  const element = elementOf(schema, WRAPPERS_MAX);
  return element === undefined ? undefined : descend(element, rest);
}

/** The object schemas that a value may be read by; several of a union. */
export function objectsOf(schema: unknown, depth: number = WRAPPERS_MAX): readonly z.ZodObject[] {
  if (schema instanceof z.ZodObject) return [schema];
  return innerSchemas(schema, depth).flatMap((inner) => objectsOf(inner, depth - 1));
}

/** The schema of what a list or an open map holds; undefined where it is neither. */
export function elementOf(schema: unknown, depth: number = WRAPPERS_MAX): unknown {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  for (const inner of innerSchemas(schema, depth)) {
    const element = elementOf(inner, depth - 1);
    if (element !== undefined) return element;
  }
  return undefined;
}

function innerSchemas(schema: unknown, depth: number): readonly unknown[] {
  if (depth === 0 || typeof schema !== 'object' || schema === null) return [];
  const remembered = INNER.get(schema);
  if (remembered !== undefined) return [remembered.inner];
  if (schema instanceof z.ZodPipe) return [schema.in, schema.out];
  if (schema instanceof z.ZodUnion) return schema.options;
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  ) {
    return [schema.unwrap()];
  }
  return [];
}
