import { validateHeaderName, validateHeaderValue } from 'node:http';
import { nullMeansDefaults, refuseMeaning, type Secret, secret } from '@sonde/pipeline';
import { z } from 'zod';

const ACTIONS = ['insert', 'update', 'upsert', 'delete'] as const;
export type HeaderAction = (typeof ACTIONS)[number];

/** Where a value comes from; a client that has none gives `defaultValue`. */
export type HeaderSource =
  | { readonly from: 'value'; readonly value: string }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'context'; readonly name: string; readonly defaultValue: Secret | undefined }
  | {
      readonly from: 'attribute';
      readonly name: string;
      readonly defaultValue: Secret | undefined;
    };

export interface HeaderRule {
  /** In lower case. */
  readonly key: string;
  readonly action: HeaderAction;
  /** Undefined of `delete`. */
  readonly source: HeaderSource | undefined;
}

/** Extension `headers_setter`. */
export interface HeadersSetterConfig {
  readonly headers: readonly HeaderRule[];
  /** Id of another client authenticator, whose headers are there first. */
  readonly additionalAuth: string | undefined;
}

export const RULES_MAX = 100;

const RULE = z.strictObject({
  key: z.string().default(''),
  action: z
    .union([z.enum(ACTIONS), z.literal('')])
    .default('')
    .transform((action): HeaderAction => (action === '' ? 'upsert' : action)),
  value: z.string().optional(),
  value_file: z.string().optional(),
  from_context: z.string().optional(),
  from_attribute: z.string().optional(),
  default_value: secret().optional(),
});

type RawRule = z.output<typeof RULE>;

export const headersSetterConfig: z.ZodType<HeadersSetterConfig> = nullMeansDefaults(
  z
    .strictObject({
      headers: z.array(RULE).max(RULES_MAX).default([]),
      additional_auth: z.string().optional(),
    })
    .superRefine((raw, context) => {
      if (raw.headers.length === 0) {
        refuseMeaning(context, { text: 'missing headers configuration' });
      }
      for (const [index, rule] of raw.headers.entries()) {
        const text = problemOf(rule);
        if (text !== undefined) refuseMeaning(context, { text, path: ['headers', index] });
      }
    })
    .transform(
      (raw): HeadersSetterConfig => ({
        headers: raw.headers.map(toRule),
        additionalAuth: raw.additional_auth === '' ? undefined : raw.additional_auth,
      }),
    ),
);

function problemOf(rule: RawRule): string | undefined {
  if (rule.key === '') return 'missing header name';
  if (!isHeader(rule.key, rule.value ?? '')) return `invalid header ${JSON.stringify(rule.key)}`;
  if (rule.action === 'delete') return undefined;
  const sources = [rule.value, rule.value_file, rule.from_context, rule.from_attribute];
  const given = sources.filter((source) => source !== undefined).length;
  if (given === 0) {
    return "missing header source, must be 'from_context', 'from_attribute', 'value' or 'value_file'";
  }
  if (given === 1) return undefined;
  return "invalid header source, must either 'from_context', 'from_attribute', 'value' or 'value_file'";
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function toRule(raw: RawRule): HeaderRule {
  const source = raw.action === 'delete' ? undefined : sourceOf(raw);
  return { key: raw.key.toLowerCase(), action: raw.action, source };
}

function sourceOf(raw: RawRule): HeaderSource | undefined {
  const { value, value_file: path, from_context, from_attribute, default_value } = raw;
  const defaultValue = default_value;
  if (value !== undefined) return { from: 'value', value };
  if (path !== undefined) return { from: 'file', path };
  if (from_context !== undefined) return { from: 'context', name: from_context, defaultValue };
  if (from_attribute === undefined) return undefined;
  return { from: 'attribute', name: from_attribute, defaultValue };
}
