import type { MetricAggregation, MetricInfo, MetricSeriesQuery } from '@sonde/backend/api-contract';
import type { ParameterPatch } from '../location/parameters.ts';
import { readChoice, readList, readText } from '../location/parameters.ts';
import type { ResolvedRange } from '../location/time-range.ts';

const AGGREGATIONS: readonly MetricAggregation[] = [
  ...(['rate', 'increase', 'avg', 'sum', 'min', 'max', 'count'] as const),
  ...(['p50', 'p75', 'p90', 'p95', 'p99'] as const),
];

/** Names of queries, as formulas use them. */
export const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
export type Letter = (typeof LETTERS)[number];

/** One query of the explorer, as the URL holds it. */
export interface MetricQuery {
  readonly letter: Letter;
  readonly name: string;
  /** Undefined: what suits the metric's type. */
  readonly aggregation: MetricAggregation | undefined;
  readonly groupBy: readonly string[];
  /** Conditions on labels as text. */
  readonly where: string;
}

export const COMPARISONS = ['off', 'previous', '1d', '7d'] as const;
export type Comparison = (typeof COMPARISONS)[number];

const KEYS_MAX = 5;

/** Parameters of a query: the first one's are spelt out, as links from other pages have them. */
function names(letter: Letter): Record<'name' | 'fn' | 'by' | 'where', string> {
  if (letter === 'a') return { name: 'metric', fn: 'aggregation', by: 'group', where: 'where' };
  return { name: letter, fn: `${letter}.fn`, by: `${letter}.by`, where: `${letter}.where` };
}

/** The queries that name a metric. */
export function readQueries(parameters: URLSearchParams): MetricQuery[] {
  return LETTERS.flatMap((letter) => {
    const keys = names(letter);
    const name = readText(parameters, keys.name);
    if (name === '') return [];
    const aggregation = readText(parameters, keys.fn);
    const service = letter === 'a' ? readText(parameters, 'service') : '';
    const where = readText(parameters, keys.where);
    return {
      letter,
      name,
      aggregation: AGGREGATIONS.find((choice) => choice === aggregation),
      groupBy: readList(parameters, keys.by, KEYS_MAX),
      where: service === '' ? where : `service.name="${service}" ${where}`.trim(),
    };
  });
}

/** What to change in the URL for a query; undefined takes it away. */
export function queryPatch(
  letter: Letter,
  query: Omit<MetricQuery, 'letter'> | undefined,
): ParameterPatch {
  const keys = names(letter);
  return {
    [keys.name]: query?.name ?? null,
    [keys.fn]: query?.aggregation ?? null,
    [keys.by]: query?.groupBy.join(',') ?? null,
    [keys.where]: query?.where ?? null,
    ...(letter === 'a' ? { service: null } : {}),
  };
}

export function freeLetter(queries: readonly MetricQuery[]): Letter | undefined {
  return LETTERS.find((letter) => !queries.some((query) => query.letter === letter));
}

export function readComparison(parameters: URLSearchParams): Comparison {
  return readChoice(parameters, 'compare', COMPARISONS);
}

/** Aggregations that mean something for a metric, the usual one first. */
export function aggregationsFor(metric: MetricInfo): readonly MetricAggregation[] {
  if (metric.type === 'sum' && (metric.isMonotonic || metric.temporality === 'delta')) {
    return ['rate', 'increase', 'avg', 'max', 'min', 'count'];
  }
  if (metric.type === 'sum') return ['sum', 'avg', 'max', 'min', 'count'];
  if (metric.type === 'gauge') return ['avg', 'max', 'min', 'sum', 'count'];
  const rest = ['avg', 'rate', 'increase', 'sum'] as const;
  if (metric.type === 'summary') return [...rest, 'count'];
  return ['p95', 'p50', 'p75', 'p90', 'p99', ...rest, 'max', 'min', 'count'];
}

const WORDS: Partial<Record<MetricAggregation, string>> = {
  rate: 'rate per second',
  increase: 'increase a step',
  avg: 'mean',
  count: 'number of series',
};

export function sayAggregation(aggregation: MetricAggregation): string {
  return WORDS[aggregation] ?? aggregation;
}

/** A query as the API takes it. */
export function seriesQuery(
  query: MetricQuery,
  range: ResolvedRange,
  stepMs: number | undefined,
): MetricSeriesQuery {
  return {
    from: range.fromMs,
    to: range.toMs,
    name: query.name,
    ...(query.aggregation === undefined ? {} : { aggregation: query.aggregation }),
    ...(query.groupBy.length === 0 ? {} : { groupBy: query.groupBy.join(',') }),
    ...(query.where === '' ? {} : { where: query.where }),
    ...(stepMs === undefined ? {} : { stepMs }),
  };
}

const STEPS_MS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * 3_600_000),
];
const STEPS_WANTED = 200;

/** Several queries share their steps, so that formulas can go from value to value. */
export function sharedStepMs({ fromMs, toMs }: ResolvedRange): number {
  const least = (toMs - fromMs) / STEPS_WANTED;
  return STEPS_MS.find((step) => step >= least) ?? 7 * 86_400_000;
}

const SHIFTS_MS: Readonly<Record<string, number>> = { '1d': 86_400_000, '7d': 604_800_000 };

/** How far back the comparison looks: whole steps, so that values stand above each other. */
export function shiftMs(comparison: Comparison, range: ResolvedRange, stepMs: number): number {
  const wanted = SHIFTS_MS[comparison] ?? range.toMs - range.fromMs;
  return Math.max(1, Math.round(wanted / stepMs)) * stepMs;
}

/** Every word occurs in name or description; case does not count. */
export function matchesMetric(metric: MetricInfo, text: string): boolean {
  const haystack = `${metric.name} ${metric.description}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

/** Labels as one line: `method=GET, status not set`; empty without labels. */
export function sayLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => (value === '' ? `${key} not set` : `${key}=${value}`))
    .join(', ');
}
