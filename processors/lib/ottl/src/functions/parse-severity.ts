import type { FunctionDefinition } from '../compile/function-definition.ts';
import { Level } from '../compile/getter.ts';
import { EvaluationError } from '../errors.ts';
import { goType, type Value, type ValueMap } from '../value/value.ts';
import { valueText } from '../value/value-text.ts';
import { converter } from './define.ts';

/** What makes a value one of a level: one of these texts, or a number within. */
interface Criterion {
  readonly equals: readonly string[];
  readonly range: { readonly min: bigint; readonly max: bigint } | undefined;
}

const PLACEHOLDERS = new Map<string, { min: bigint; max: bigint }>([
  ['2xx', { min: 200n, max: 299n }],
  ['3xx', { min: 300n, max: 399n }],
  ['4xx', { min: 400n, max: 499n }],
  ['5xx', { min: 500n, max: 599n }],
]);

function invalid(reason: string): EvaluationError {
  return new EvaluationError(`invalid severity mapping criteria: ${reason}`);
}

function criteriaByLevel(mapping: ValueMap): ReadonlyMap<string, readonly Criterion[]> {
  const levels = new Map<string, readonly Criterion[]>();
  for (const [level, list] of mapping) {
    if (!Array.isArray(list)) throw new EvaluationError('severity mapping criteria must be []any');
    levels.set(level, list.map(criterionOf));
  }
  return levels;
}

function criterionOf(value: Value): Criterion {
  if (!(value instanceof Map)) {
    throw new EvaluationError('severity mapping criteria items must be map[string]any');
  }
  return { equals: equalsOf(value.get('equals')), range: rangeOf(value.get('range')) };
}

function equalsOf(value: Value | undefined): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalid('equals must be a list');
  return value.map((item) => {
    if (typeof item !== 'string') throw invalid('equals values must be strings');
    return item;
  });
}

function rangeOf(value: Value | undefined): Criterion['range'] {
  if (value === undefined) return undefined;
  if (typeof value === 'string') {
    const range = PLACEHOLDERS.get(value);
    if (range === undefined) throw invalid(`unknown range placeholder: ${value}`);
    return range;
  }
  if (!(value instanceof Map)) {
    throw invalid('range must be a map or a known placeholder string');
  }
  const min = value.get('min');
  const max = value.get('max');
  if (min === undefined) throw invalid('range must have a min value');
  if (max === undefined) throw invalid('range must have a max value');
  if (typeof min !== 'bigint') throw invalid('min must be an int64');
  if (typeof max !== 'bigint') throw invalid('max must be an int64');
  return { min, max };
}

function meets(value: string | bigint, { equals, range }: Criterion): boolean {
  if (typeof value === 'string') return equals.includes(value);
  return range !== undefined && value >= range.min && value <= range.max;
}

function levelOf(value: Value, levels: ReadonlyMap<string, readonly Criterion[]>): string {
  const failed = (reason: string): EvaluationError =>
    new EvaluationError(`could not map log level: ${reason}`);
  if (typeof value !== 'string' && typeof value !== 'bigint') {
    const type = value === null ? '<nil>' : goType(value);
    throw failed(
      `could not evaluate log level of value '${valueText(value)}': unsupported value type: ${type}`,
    );
  }
  for (const [level, criteria] of levels) {
    if (criteria.some((criterion) => meets(value, criterion))) return level;
  }
  throw failed(`no matching log level found for value '${value}'`);
}

/** `ParseSeverity(target, severityMapping)`: the first level of the mapping that takes the value. */
export const parseSeverity: FunctionDefinition = converter(
  'ParseSeverity',
  ['target', 'mapping'],
  (args) => {
    const target = args.value('target');
    const isLiteral = args.compiled('mapping').level === Level.constant;
    const mapping = args.map('mapping');
    let levels: ReadonlyMap<string, readonly Criterion[]> | undefined;
    return (cursor) => {
      if (!isLiteral) throw new EvaluationError('severity mapping must be a literal PMap');
      levels ??= criteriaByLevel(mapping(cursor));
      return levelOf(target(cursor), levels);
    };
  },
);
