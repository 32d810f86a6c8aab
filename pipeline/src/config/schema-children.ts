import type { z } from 'zod';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

const CHOICES = ['anyOf', 'oneOf', 'allOf'] as const;

/** Makes a schema of one that stands under `key`. */
export type ChangeSchema = (child: JsonSchema, key: string) => JsonSchema;

/** The schema with another in the place of each that stands directly in it. */
export function mapChildren(schema: JsonSchema, change: ChangeSchema): JsonSchema {
  const mapped = { ...schema };
  const { properties, patternProperties, items, additionalProperties } = schema;
  if (properties !== undefined) mapped.properties = mapEach(properties, change);
  if (patternProperties !== undefined)
    mapped.patternProperties = mapEach(patternProperties, change);
  if (isSchema(items)) mapped.items = change(items, 'item');
  if (isSchema(additionalProperties)) {
    mapped.additionalProperties = change(additionalProperties, 'item');
  }
  for (const key of CHOICES) {
    const choices = schema[key];
    if (choices === undefined) continue;
    mapped[key] = choices.map((each) => (isSchema(each) ? change(each, 'choice') : each));
  }
  return mapped;
}

/**
 * The schema without definitions of its own: they go into `definitions` as `name_1` and so on,
 * because a reference is looked up in the document, not in a part of it.
 */
export function liftDefinitions(
  schema: JsonSchema,
  name: string,
  definitions: Record<string, JsonSchema>,
): JsonSchema {
  const { $defs = {}, ...own } = schema;
  const names = new Map(
    Object.keys($defs).map((old, index) => [`#/$defs/${old}`, `#/$defs/${name}_${index + 1}`]),
  );
  const retarget = (child: JsonSchema): JsonSchema => {
    const target = child.$ref === undefined ? undefined : names.get(child.$ref);
    return target === undefined ? mapChildren(child, retarget) : { ...child, $ref: target };
  };
  for (const [index, definition] of Object.values($defs).entries()) {
    definitions[`${name}_${index + 1}`] = retarget(definition);
  }
  return retarget(own);
}

function mapEach<V>(
  children: Readonly<Record<string, V>>,
  change: ChangeSchema,
): Record<string, V | JsonSchema> {
  return Object.fromEntries(
    Object.entries(children).map(([key, child]) => [
      key,
      isSchema(child) ? change(child, key) : child,
    ]),
  );
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
