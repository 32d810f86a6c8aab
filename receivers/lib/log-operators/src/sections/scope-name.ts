import { z } from 'zod';
import { field } from '../config-fields.ts';
import type { Field } from '../field.ts';
import { OperatorError } from '../operator-error.ts';
import type { Transform } from '../transform.ts';

/** The section `scope_name`. */
export function scopeNameSection(): z.ZodType<Transform> {
  return z
    .strictObject({ parse_from: field() })
    .transform((config) => scopeName(config.parse_from));
}

/** Takes the name of the scope from a field. */
export function scopeName(from: Field): Transform {
  return (entry) => {
    const value = from.get(entry);
    if (value === undefined) {
      throw new OperatorError(`log entry does not have the expected parse_from field (${from})`);
    }
    if (typeof value !== 'string') {
      throw new OperatorError(`unable to cast parse_from field to string (${from})`);
    }
    entry.scopeName = value;
  };
}
