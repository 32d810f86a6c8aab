import { z } from 'zod';
import type { Attribute, AttributeType } from './api/contract/index.ts';

/** `AnyValueType` numbers of the store's `attribute_types` columns. */
const TYPES: readonly AttributeType[] = [
  'empty',
  'string',
  'bool',
  'int',
  'double',
  'array',
  'kvlist',
  'bytes',
];

/**
 * Attributes as queries select them: `mapKeys(m)`, `mapValues(m)` and the types. Never the map
 * itself, of which JSON would lose duplicate keys.
 */
export type AttributeArrays = readonly [
  keys: readonly string[],
  values: readonly string[],
  types: readonly number[],
];

export const AttributeArraysColumn: z.ZodType<AttributeArrays> = z.tuple([
  z.array(z.string()),
  z.array(z.string()),
  z.array(z.number()),
]);

/** In the order sent, duplicates kept. */
export function attributesOf([keys, values, types]: AttributeArrays): Attribute[] {
  return keys.map((key, i) => ({
    key,
    type: TYPES[types[i] ?? 0] ?? 'empty',
    value: values[i] ?? '',
  }));
}
