import type { GoRegexp } from '@sonde/go-regexp';
import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { field, pattern } from '../config-fields.ts';
import { type Entry, typeName } from '../entry.ts';
import type { Field } from '../field.ts';
import { BASE, type OperatorType, transformSpec } from '../operator-config.ts';
import { OperatorError } from '../operator-error.ts';
import { unquoteGo } from './unquote-go.ts';

const PLACEHOLDER = /\$(?:\$|([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})/g;
/** Upstream's `regex_name`. */
const NAMED_PATTERNS: Readonly<Record<string, string>> = {
  ansi_control_sequences:
    '[\\x1b\\x9b][\\[\\]()#;?]*(?:(?:(?:[a-zA-Z0-9]*(?:;[a-zA-Z0-9]*)*)?\\x07)|(?:(?:[0-9]{1,4}(?:;[0-9]{0,4})*)?[0-9A-PRZcf-ntqry=><~]))',
};

/** Replaces what matches in a text. */
export const regexReplaceOperator: OperatorType = {
  type: 'regex_replace',
  schema: z
    .strictObject({
      ...BASE,
      field: field(),
      regex: pattern().optional(),
      regex_name: z.enum(['ansi_control_sequences']).optional(),
      replace_with: z.string().default(''),
    })
    .transform((config, context) => {
      const named = config.regex_name;
      if ((config.regex === undefined) === (named === undefined)) {
        refuseMeaning(context, { text: "either one of 'regex' or 'regex_name' must be set" });
        return z.NEVER;
      }
      const regexp = config.regex ?? pattern().parse(NAMED_PATTERNS[named ?? '']);
      const replacement = config.replace_with;
      return transformSpec(config, (entry) => {
        const text = textAt(entry, config.field, 'regex_replace');
        const replaced = regexp.replaceAll(text, (_, group) => expand(regexp, replacement, group));
        config.field.set(entry, replaced);
      });
    }),
};

/** Go's `Expand`: `$1`, `${1}`, `$name`, `$$`. A group that is not there is empty. */
function expand(regexp: GoRegexp, template: string, group: (n: number) => string): string {
  return template.replace(PLACEHOLDER, (_, bare?: string, braced?: string) => {
    const name = bare ?? braced;
    if (name === undefined) return '$';
    if (!/^[0-9]+$/.test(name)) {
      const index = regexp.groupNames.indexOf(name);
      return index < 0 ? '' : group(index + 1);
    }
    return Number(name) <= regexp.groupNames.length ? group(Number(name)) : '';
  });
}

/** Undoes the quoting of Go. */
export const unquoteOperator: OperatorType = {
  type: 'unquote',
  schema: z.strictObject({ ...BASE, field: field() }).transform((config) =>
    transformSpec(config, (entry) => {
      config.field.set(entry, unquoteGo(textAt(entry, config.field, 'unquote')));
    }),
  ),
};

/** Replaces lone surrogates; bytes become text. */
export const sanitizeUtf8Operator: OperatorType = {
  type: 'sanitize_utf8',
  schema: z.strictObject({ ...BASE, field: field() }).transform((config) =>
    transformSpec(config, (entry) => {
      const value = config.field.get(entry);
      if (value instanceof Uint8Array) {
        config.field.set(entry, Buffer.from(value).toString('utf8'));
        return;
      }
      const text = textAt(entry, config.field, 'sanitize_utf8');
      config.field.set(entry, Buffer.from(text).toString('utf8'));
    }),
  ),
};

function textAt(entry: Entry, from: Field, operator: string): string {
  const value = from.get(entry);
  if (typeof value === 'string') return value;
  throw new OperatorError(`${operator}: type ${typeName(value)} cannot be ${from} of it`);
}
