import { refuseMeaning } from '@sonde/pipeline';
import type { AttributeMatch, MatchProperties } from '@sonde/row-match';
import { z } from 'zod';

/** What log records must be like, under the names that this processor has for it. */
export interface LogProperties {
  readonly match_type: string;
  readonly resource_attributes: readonly AttributeMatch[];
  readonly record_attributes: readonly AttributeMatch[];
  readonly severity_texts: readonly string[];
  readonly severity_number?:
    | { readonly min: number; readonly match_undefined: boolean }
    | undefined;
  readonly bodies: readonly string[];
}

const LEVELS: readonly string[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const PER_LEVEL = 4;

/** `info`, `WARN3`, `9`; undefined for what is no severity. */
export function severityNumber(text: string): number | undefined {
  if (text === '') return 0;
  const match = /^(?:([A-Z]+)([234]?)|([1-9]|1[0-9]|2[0-4]))$/.exec(text.toUpperCase());
  if (match === null) return undefined;
  const [, name, step, number] = match;
  if (number !== undefined) return Number(number);
  const level = LEVELS.indexOf(name ?? '');
  return level === -1 ? undefined : level * PER_LEVEL + Number(step === '' ? 1 : step);
}

const SEVERITY = z
  .union([z.string(), z.int()])
  .default('')
  .transform((value, context): number => {
    const number = severityNumber(String(value));
    if (number !== undefined) return number;
    refuseMeaning(context, { text: `'${value}' is not a valid severity: not a valid severity` });
    return z.NEVER;
  });

const TEXTS = z.array(z.string()).default([]);
const MATCHES = z
  .array(z.strictObject({ key: z.string().default(''), value: z.unknown().optional() }))
  .default([]);

export function logProperties(): z.ZodType<LogProperties | undefined> {
  return z
    .strictObject({
      match_type: z.string().default(''),
      resource_attributes: MATCHES,
      record_attributes: MATCHES,
      severity_texts: TEXTS,
      severity_number: z
        .strictObject({ min: SEVERITY, match_undefined: z.boolean().default(false) })
        .optional(),
      bodies: TEXTS,
    })
    .optional();
}

/** The same as match properties; undefined where nothing is asked for, as upstream has it. */
export function ofLogs(properties: LogProperties | undefined): MatchProperties | undefined {
  if (properties === undefined) return undefined;
  const { resource_attributes, record_attributes, severity_texts, severity_number } = properties;
  const lists = [resource_attributes, record_attributes, severity_texts, properties.bodies];
  const isEmpty = lists.every(({ length }) => length === 0) && severity_number === undefined;
  if (isEmpty) return undefined;
  return {
    ...NO_PROPERTIES,
    match_type: properties.match_type,
    resources: resource_attributes,
    attributes: record_attributes,
    log_severity_texts: severity_texts,
    log_severity_number: severity_number,
    log_bodies: properties.bodies,
  };
}

export const NO_PROPERTIES: MatchProperties = {
  match_type: '',
  services: [],
  span_names: [],
  span_kinds: [],
  log_bodies: [],
  log_severity_texts: [],
  metric_names: [],
  attributes: [],
  resources: [],
  libraries: [],
};
