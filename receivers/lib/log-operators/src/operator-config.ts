import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { expression, fieldOr } from './config-fields.ts';
import type { Entry, EntryValue } from './entry.ts';
import type { Program } from './expr/program.ts';
import type { Field } from './field.ts';
import type { OnError, Operator, OperatorSpec } from './operator.ts';
import { OperatorError } from './operator-error.ts';
import { scopeNameSection } from './sections/scope-name.ts';
import { severitySection } from './sections/severity.ts';
import { timestampSection } from './sections/timestamp.ts';
import { traceSection } from './sections/trace.ts';
import type { Transform } from './transform.ts';

/** A kind of operator, by the name in YAML. */
export interface OperatorType {
  readonly type: string;
  readonly schema: z.ZodType<OperatorSpec>;
}

export interface BaseConfig {
  readonly type: string;
  readonly id?: string | undefined;
  readonly output: readonly string[];
  readonly if?: Program | undefined;
  readonly on_error: OnError;
}

/** Makes a value of what stands in `parse_from`. Throws `OperatorError`. */
export type Parse = (value: EntryValue, entry: Entry) => EntryValue;

const outputs: z.ZodType<readonly string[]> = z
  .union([z.string(), z.array(z.string())])
  .transform((value): readonly string[] => (typeof value === 'string' ? [value] : value));

interface BaseShape {
  readonly type: z.ZodString;
  readonly id: z.ZodOptional<z.ZodString>;
  readonly output: z.ZodType<readonly string[]>;
  readonly if: z.ZodOptional<z.ZodType<Program>>;
  readonly on_error: z.ZodType<OnError>;
}

/** The keys that every operator has. */
export const BASE: BaseShape = {
  type: z.string(),
  id: z.string().optional(),
  output: outputs.prefault([]),
  if: expression().optional(),
  on_error: z
    .string()
    .prefault('send')
    .transform((value, context): OnError => {
      switch (value) {
        case 'send':
        case 'send_quiet':
        case 'drop':
        case 'drop_quiet':
          return value;
        default:
          refuseMeaning(context, {
            text: `operator config has an invalid \`on_error\` field: ${JSON.stringify(value)}`,
            hint: 'it is one of send, send_quiet, drop, drop_quiet',
          });
          return z.NEVER;
      }
    }),
};

interface ParserShape extends BaseShape {
  readonly parse_from: z.ZodType<Field>;
  readonly parse_to: z.ZodType<Field>;
  readonly timestamp: z.ZodOptional<z.ZodType<Transform>>;
  readonly severity: z.ZodOptional<z.ZodType<Transform>>;
  readonly trace: z.ZodOptional<z.ZodType<Transform>>;
  readonly scope_name: z.ZodOptional<z.ZodType<Transform>>;
}

export interface ParserConfig extends BaseConfig {
  readonly parse_from: Field;
  readonly parse_to: Field;
  readonly timestamp?: Transform | undefined;
  readonly severity?: Transform | undefined;
  readonly trace?: Transform | undefined;
  readonly scope_name?: Transform | undefined;
}

/** The keys that every parser has. */
export const PARSER: ParserShape = {
  ...BASE,
  parse_from: fieldOr('body'),
  parse_to: fieldOr('attributes'),
  timestamp: timestampSection().optional(),
  severity: severitySection().optional(),
  trace: traceSection().optional(),
  scope_name: scopeNameSection().optional(),
};

export function operatorSpec(config: BaseConfig, create: OperatorSpec['create']): OperatorSpec {
  return {
    id: config.id ?? '',
    type: config.type,
    output: config.output,
    condition: config.if,
    onError: config.on_error,
    create,
  };
}

/** An operator without a state. */
export function transformSpec(config: BaseConfig, transform: Transform): OperatorSpec {
  const operator: Operator = {
    process(entry, write) {
      transform(entry);
      write(entry);
    },
  };
  return operatorSpec(config, () => operator);
}

/** A parser: its value goes to `parse_to`, then the sections it has are read. */
export function parserSpec(config: ParserConfig, parse: Parse): OperatorSpec {
  const sections = sectionsOf(config);
  return transformSpec(config, (entry) => {
    parseInto(config, entry, parse);
    readSections(sections, entry);
  });
}

/** Parses `parse_from` into `parse_to`. Throws `OperatorError`. */
export function parseInto(
  { parse_from: from, parse_to: to }: Pick<ParserConfig, 'parse_from' | 'parse_to'>,
  entry: Entry,
  parse: Parse,
): void {
  const value = from.get(entry);
  if (value === undefined) {
    throw new OperatorError(`Entry is missing the expected parse_from field. (${from})`);
  }
  to.set(entry, parse(value, entry));
}

/** Reads every section, as upstream, also behind one that fails; throws what the first threw. */
export function readSections(sections: readonly Transform[], entry: Entry): void {
  const failures: OperatorError[] = [];
  for (const section of sections) {
    try {
      section(entry);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (first !== undefined) throw first;
}

/** What is read behind a parser's own work, in upstream's order. */
export function sectionsOf(config: ParserConfig): readonly Transform[] {
  const { timestamp, severity, trace, scope_name: scopeName } = config;
  return [timestamp, severity, trace, scopeName].filter((section) => section !== undefined);
}
