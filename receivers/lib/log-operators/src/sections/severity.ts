import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { field } from '../config-fields.ts';
import { type EntryValue, typeName } from '../entry.ts';
import type { Field } from '../field.ts';
import { OperatorError } from '../operator-error.ts';
import type { Transform } from '../transform.ts';

const NAMES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const RANGE_MAX = 10_000;
const HTTP_CLASSES: ReadonlyMap<string, number> = new Map([
  ['2xx', 200],
  ['3xx', 300],
  ['4xx', 400],
  ['5xx', 500],
]);

/** Severity numbers by the text that stands for them. */
type Mapping = Map<string, number>;

export interface SeverityConfig {
  readonly parse_from: Field;
  readonly preset: 'default' | 'none' | 'otel';
  readonly mapping: Readonly<Record<string, unknown>>;
  readonly overwrite_text: boolean;
}

interface SeverityShape {
  readonly parse_from: z.ZodType<Field>;
  readonly preset: z.ZodType<'default' | 'none' | 'otel'>;
  readonly mapping: z.ZodType<Readonly<Record<string, unknown>>>;
  readonly overwrite_text: z.ZodType<boolean>;
}

/** The keys of a severity parser. */
export const SEVERITY: SeverityShape = {
  parse_from: field(),
  preset: z.enum(['default', 'none', 'otel']).default('default'),
  mapping: z.record(z.string(), z.unknown()).default({}),
  overwrite_text: z.boolean().default(false),
};

type Context = Parameters<typeof refuseMeaning>[0];

/** The section `severity`. */
export function severitySection(): z.ZodType<Transform> {
  return z
    .strictObject(SEVERITY)
    .transform((config, context) => severity(config, context) ?? z.NEVER);
}

/** Undefined, and refused, where the mapping makes no sense. */
export function severity(config: SeverityConfig, context: Context): Transform | undefined {
  const mapping = presetOf(config.preset);
  const aliases = presetOf('otel');
  for (const [name, values] of Object.entries(config.mapping)) {
    const number = aliases.get(name.toLowerCase());
    if (number === undefined) {
      const hint =
        'severities are trace, debug, info, warn, error, fatal, each up to 4, or 1 to 24';
      refuseMeaning(context, { text: `unrecognized severity '${name}'`, path: ['mapping'], hint });
      return undefined;
    }
    for (const value of Array.isArray(values) ? values : [values]) {
      const texts = textsOf(value);
      if (texts === undefined) {
        const text = `type ${typeof value} cannot be parsed as a severity`;
        refuseMeaning(context, { text, path: ['mapping', name] });
        return undefined;
      }
      for (const text of texts) mapping.set(text, number);
    }
  }
  return reader(config, mapping);
}

function reader(
  { parse_from: from, overwrite_text: overwrite }: SeverityConfig,
  mapping: Mapping,
): Transform {
  return (entry) => {
    const value = from.get(entry);
    if (value === undefined) {
      throw new OperatorError(`log entry does not have the expected parse_from field (${from})`);
    }
    const text = severityText(value);
    const number = mapping.get(text.toLowerCase()) ?? 0;
    entry.severityNumber = number;
    entry.severityText = overwrite && number > 0 ? standardName(number) : text;
  };
}

function severityText(value: EntryValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  throw new OperatorError(`type ${typeName(value)} cannot be a severity`);
}

/** `INFO`, `INFO2`. */
export function standardName(number: number): string {
  const level = (number - 1) % 4;
  const name = NAMES[Math.floor((number - 1) / 4)] ?? '';
  return name.toUpperCase() + (level === 0 ? '' : String(level + 1));
}

function presetOf(preset: SeverityConfig['preset']): Mapping {
  const mapping: Mapping = new Map();
  if (preset === 'none') return mapping;
  for (const [index, name] of NAMES.entries()) {
    for (let level = 0; level < 4; level++) {
      const number = index * 4 + level + 1;
      const suffix = level === 0 ? '' : String(level + 1);
      mapping.set(name + suffix, number);
      mapping.set(String(number), number);
      if (preset !== 'default') continue;
      if (name === 'warn') mapping.set(`warning${suffix}`, number);
      if (name === 'error') mapping.set(`err${suffix}`, number);
    }
  }
  return mapping;
}

/** The texts that a value of the mapping stands for; undefined for what cannot be one. */
function textsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'number') return [String(value)];
  if (typeof value === 'string') {
    const start = HTTP_CLASSES.get(value);
    return start === undefined ? [value.toLowerCase()] : range(start, start + 99);
  }
  const bounds = z.strictObject({ min: z.int(), max: z.int() }).safeParse(value);
  if (!bounds.success) return undefined;
  const { min, max } = bounds.data;
  const [from, to] = min <= max ? [min, max] : [max, min];
  return to - from > RANGE_MAX ? undefined : range(from, to);
}

function range(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
}
