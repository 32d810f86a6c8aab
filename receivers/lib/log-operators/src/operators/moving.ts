import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { exprString, field, type TextOfEntry } from '../config-fields.ts';
import { copyValue, type EntryValue, isMap, toEntryValue } from '../entry.ts';
import type { Field } from '../field.ts';
import { BASE, type OperatorType, transformSpec } from '../operator-config.ts';
import { OperatorError } from '../operator-error.ts';

const addedValue: z.ZodType<EntryValue | TextOfEntry> = z.union([
  exprString(),
  z.unknown().transform((value): EntryValue => toEntryValue(value, { ints: true })),
]);

/** Sets a field to a value or to what an expression makes of the entry. */
export const addOperator: OperatorType = {
  type: 'add',
  schema: z.strictObject({ ...BASE, field: field(), value: addedValue }).transform((config) =>
    transformSpec(config, (entry) => {
      const { value } = config;
      config.field.set(entry, typeof value === 'function' ? value(entry) : copyValue(value));
    }),
  ),
};

const removable: z.ZodType<Field> = field();

/** Takes a field away. */
export const removeOperator: OperatorType = {
  type: 'remove',
  schema: z.strictObject({ ...BASE, field: removable }).transform((config) =>
    transformSpec(config, (entry) => {
      if (config.field.delete(entry) !== undefined) return;
      throw new OperatorError(`remove: field does not exist: ${config.field}`);
    }),
  ),
};

/** Moves the value of a field to another. */
export const moveOperator: OperatorType = {
  type: 'move',
  schema: z.strictObject({ ...BASE, from: field(), to: field() }).transform((config) =>
    transformSpec(config, (entry) => {
      const value = config.from.delete(entry);
      if (value === undefined) {
        throw new OperatorError(`move: field does not exist: ${config.from}`);
      }
      config.to.set(entry, value);
    }),
  ),
};

/** Copies the value of a field to another. */
export const copyOperator: OperatorType = {
  type: 'copy',
  schema: z.strictObject({ ...BASE, from: field(), to: field() }).transform((config) =>
    transformSpec(config, (entry) => {
      const value = config.from.get(entry);
      if (value === undefined) {
        throw new OperatorError(`copy: from field does not exist in this entry: ${config.from}`);
      }
      config.to.set(entry, copyValue(value));
    }),
  ),
};

/** Keeps some fields of the roots that they belong to, and nothing else there. */
export const retainOperator: OperatorType = {
  type: 'retain',
  schema: z
    .strictObject({ ...BASE, fields: z.array(field()) })
    .superRefine(({ fields }, context) => {
      if (fields.length === 0) refuseMeaning(context, { text: "retain: 'fields' is empty" });
    })
    .transform((config) =>
      transformSpec(config, (entry) => {
        const kept = config.fields.map((each) => [each, each.get(entry)] as const);
        for (const { root } of config.fields) {
          if (root === 'body') entry.body = null;
          else entry[root] = new Map();
        }
        for (const [each, value] of kept) if (value !== undefined) each.set(entry, value);
      }),
    ),
};

/** Moves the members of a map one level up. */
export const flattenOperator: OperatorType = {
  type: 'flatten',
  schema: z
    .strictObject({ ...BASE, field: field() })
    .superRefine((config, context) => {
      if (config.field.isRoot) {
        refuseMeaning(context, { text: `flatten: field cannot be a root: ${config.field}` });
      }
    })
    .transform((config) =>
      transformSpec(config, (entry) => {
        const value = config.field.get(entry);
        if (value === undefined) {
          throw new OperatorError(`apply flatten: field ${config.field} does not exist on entry`);
        }
        if (!isMap(value)) {
          throw new OperatorError(`apply flatten: field ${config.field} is not a map`);
        }
        config.field.delete(entry);
        const parent = config.field.parent();
        for (const [key, member] of value) parent.child(key).set(entry, member);
      }),
    ),
};

/** Makes a map of a list, with these keys. */
export const assignKeysOperator: OperatorType = {
  type: 'assign_keys',
  schema: z
    .strictObject({ ...BASE, field: field(), keys: z.array(z.string()) })
    .superRefine(({ keys }, context) => {
      if (keys.length === 0) {
        refuseMeaning(context, { text: 'assign_keys missing required field keys' });
      }
    })
    .transform((config) =>
      transformSpec(config, (entry) => {
        const list = config.field.get(entry);
        if (!Array.isArray(list)) {
          throw new OperatorError(`apply assign_keys: field ${config.field} is not a list`);
        }
        if (list.length !== config.keys.length) {
          const counts = `${list.length} values, ${config.keys.length} keys`;
          throw new OperatorError(`apply assign_keys: ${counts}`);
        }
        config.field.delete(entry);
        const members = config.keys.map((key, i) => [key, list[i] ?? null] as const);
        config.field.set(entry, new Map(members));
      }),
    ),
};
