import { z } from 'zod';
import type { ConfigStage } from './config-error.ts';
import { type ConfigValue, goKindOf, goTypeOf } from './config-value.ts';
import { hintsFor, listOfKeys } from './did-you-mean.ts';
import { type ConfigPath, valueAt } from './edit-value.ts';
import { keysAt, schemasAt } from './fields/wrapped-schema.ts';

export type Issue = z.core.$ZodIssue;

/** A problem within one schema's value. */
export interface ReadProblem {
  readonly stage: ConfigStage;
  readonly text: string;
  readonly path: ConfigPath;
  readonly hint?: string;
}

export interface IssueContext {
  readonly schema: unknown;
  readonly value: ConfigValue;
  /** What upstream puts before a path: `service.telemetry`; empty for a component. */
  readonly prefix: string;
}

/** A schema's issue in the Collector's words. */
export function describeIssue(issue: Issue, context: IssueContext): ReadProblem {
  switch (issue.code) {
    case 'unrecognized_keys':
      return describeUnknownKeys(issue, context);
    case 'invalid_type':
      return describeType(issue.path, issue.expected, context);
    case 'invalid_union':
      return describeUnion(issue, context);
    case 'custom':
      return describeCustom(issue, context);
    case 'invalid_value':
      return reading(issue.path, issue.message, context);
    default:
      return { stage: 'validate', text: issue.message, path: issue.path };
  }
}

function describeUnknownKeys(
  issue: Extract<Issue, { code: 'unrecognized_keys' }>,
  context: IssueContext,
): ReadProblem {
  const keys = [...issue.keys].sort();
  const known = keysAt(context.schema, issue.path);
  const hints = hintsFor(keys, known);
  const problem = reading(issue.path, `has invalid keys: ${listOfKeys(keys)}`, context);
  const hint = hints.length > 0 ? hints.join(' ') : knownKeys(known);
  return { ...problem, path: [...issue.path, keys[0] ?? ''], ...(hint === '' ? {} : { hint }) };
}

function knownKeys(known: readonly string[]): string {
  return known.length === 0 ? '' : `known keys: ${known.join(', ')}`;
}

function describeType(path: ConfigPath, expected: string, context: IssueContext): ReadProblem {
  const value = valueAt(context.value, path);
  if (value === undefined) {
    const name = JSON.stringify(String(path.at(-1) ?? ''));
    return { stage: 'validate', text: `requires a non-empty ${name}`, path };
  }
  const actual = goTypeOf(value);
  if (expected === 'array') {
    return reading(path, `source data must be an array or slice, got ${goKindOf(value)}`, context);
  }
  if (expected === 'object' || expected === 'record') {
    return reading(
      path,
      `expected a map or struct, got ${JSON.stringify(goKindOf(value))}`,
      context,
    );
  }
  const wanted = goTypeFor(expected, path, context.schema);
  return reading(path, `expected type '${wanted}', got unconvertible type '${actual}'`, context);
}

function goTypeFor(expected: string, path: ConfigPath, schema: unknown): string {
  if (expected === 'boolean') return 'bool';
  if (expected !== 'number') return expected;
  const isInt = schemasAt(schema, path).some(
    (found) => found instanceof z.ZodNumber && found.isInt,
  );
  return isInt ? 'int' : 'float64';
}

/** The branch that got furthest says best what is wrong. */
function describeUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  context: IssueContext,
): ReadProblem {
  const deeper = issue.errors.find((branch) => branch.some((inner) => inner.path.length > 0));
  const inner = (deeper ?? issue.errors[0])?.[0];
  if (inner === undefined) return reading(issue.path, issue.message, context);
  return describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, context);
}

function describeCustom(
  issue: Extract<Issue, { code: 'custom' }>,
  context: IssueContext,
): ReadProblem {
  const { stage, hint }: Record<string, unknown> = issue.params ?? {};
  const more = typeof hint === 'string' ? { hint } : {};
  if (stage === 'unmarshal') return { ...reading(issue.path, issue.message, context), ...more };
  return { stage: 'validate', text: issue.message, path: issue.path, ...more };
}

function reading(path: ConfigPath, text: string, context: IssueContext): ReadProblem {
  return { stage: 'unmarshal', text: `'${formatPath(context.prefix, path)}' ${text}`, path };
}

/** `protocols.grpc`, `exporters[0]`, as mapstructure writes it. */
function formatPath(prefix: string, path: ConfigPath): string {
  let text = prefix;
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += text === '' ? String(key) : `.${String(key)}`;
  }
  return text;
}
