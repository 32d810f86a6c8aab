import type { SpanGroupsQuery, SpanSet, SpansScopeQuery } from '@sonde/backend/api-contract';
import { parseDuration } from '../format/duration.ts';
import { readChoice, readFlag, readText } from '../location/parameters.ts';
import type { ResolvedRange } from '../location/time-range.ts';
import { type Condition, joinWhere, splitWhere } from './conditions.ts';

/** Part of the heatmap: a stretch of time and of durations. */
export interface HeatmapBox {
  readonly fromMs: number;
  readonly toMs: number;
  readonly minNs: number;
  readonly maxNs: number;
}

/** Lists, then questions about all traces of the selection. */
export const EXPLORE_MODES: readonly ['spans', 'traces', 'groups', ...AnalysisTabs] = [
  ...(['spans', 'traces', 'groups'] as const),
  ...(['overview', 'errors', 'latency', 'attributes', 'breakdown'] as const),
];
type AnalysisTabs = ['overview', 'errors', 'latency', 'attributes', 'breakdown'];
export type ExploreMode = (typeof EXPLORE_MODES)[number];
export const SPAN_SETS: readonly [SpanSet, SpanSet, SpanSet] = ['requests', 'roots', 'all'];
export const GROUP_SORTS: readonly [GroupSort, ...GroupSort[]] = [
  'rate',
  'errors',
  'errorRatio',
  'p50',
  'p95',
  'p99',
];
export type GroupSort = NonNullable<SpanGroupsQuery['sort']>;

/** The trace explorer as the URL holds it. */
export interface Explore {
  readonly conditions: readonly Condition[];
  /** What of the filter cannot be read. */
  readonly unread: string;
  readonly set: SpanSet;
  readonly mode: ExploreMode;
  readonly by: string;
  readonly sort: GroupSort;
  readonly box: HeatmapBox | undefined;
  /** Sonde's own spans are left out: they are asked for by name or by `own`. */
  readonly hidesOwn: boolean;
}

const NAMES_A_SERVICE: readonly string[] = ['service', 'namespace', 'service.name', 'trace.id'];

export function readExplore(parameters: URLSearchParams): Explore {
  const { conditions: written, rest } = splitWhere(readText(parameters, 'where'));
  const conditions = [...linkedConditions(parameters), ...written];
  return {
    conditions,
    unread: rest,
    set: readChoice(parameters, 'set', SPAN_SETS),
    mode: readChoice(parameters, 'mode', EXPLORE_MODES),
    by: readText(parameters, 'by') || 'name',
    sort: readChoice(parameters, 'sort', GROUP_SORTS),
    box: readBox(readText(parameters, 'box')),
    hidesOwn:
      !readFlag(parameters, 'own') &&
      !conditions.some(({ key, operator }) => operator === '=' && NAMES_A_SERVICE.includes(key)),
  };
}

/** Filters as other pages link to them. */
function linkedConditions(parameters: URLSearchParams): Condition[] {
  const found: Condition[] = [];
  const service = readText(parameters, 'service');
  const operation = readText(parameters, 'operation');
  if (service !== '') found.push({ key: 'service', operator: '=', value: service });
  if (operation !== '') found.push({ key: 'name', operator: '=', value: operation });
  if (readFlag(parameters, 'errors')) found.push({ key: 'status', operator: '=', value: 'error' });
  for (const [key, operator] of [
    ['min', '>='],
    ['max', '<='],
  ] as const) {
    const ns = parseDuration(readText(parameters, key));
    if (ns !== undefined) found.push({ key: 'duration', operator, value: sayNs(Math.round(ns)) });
  }
  return found;
}

/** What to change in the URL for these conditions; links' own parameters are taken over. */
export function conditionsPatch(conditions: readonly Condition[]): Record<string, string | null> {
  const where = joinWhere(conditions);
  return { where, service: null, operation: null, errors: null, min: null, max: null };
}

/** Nanoseconds in the largest unit that says them in whole numbers, as the filter reads it. */
export function sayNs(ns: number): string {
  for (const [unit, size] of [
    ['s', 1e9],
    ['ms', 1e6],
    ['us', 1e3],
  ] as const) {
    if (ns >= size && ns % size === 0) return `${ns / size}${unit}`;
  }
  return `${ns}ns`;
}

export function readBox(text: string): HeatmapBox | undefined {
  const [fromMs, toMs, minNs, maxNs] = text.split('-').map(Number);
  if (fromMs === undefined || toMs === undefined) return undefined;
  if (minNs === undefined || maxNs === undefined) return undefined;
  const isWhole = [fromMs, toMs, minNs, maxNs].every((value) => Number.isSafeInteger(value));
  return isWhole && fromMs < toMs && minNs < maxNs ? { fromMs, toMs, minNs, maxNs } : undefined;
}

export function sayBox({ fromMs, toMs, minNs, maxNs }: HeatmapBox): string {
  return [fromMs, toMs, Math.floor(minNs), Math.ceil(maxNs)].map(Math.round).join('-');
}

/** Without the box: what the heatmap shows, in which the box is drawn. */
export function scopeQuery(explore: Explore, range: ResolvedRange): SpansScopeQuery {
  const where = [joinWhere(explore.conditions), explore.unread].filter(Boolean).join(' ');
  return {
    ...{ from: range.fromMs, to: range.toMs },
    ...(where === '' ? {} : { where }),
    ...(explore.set === 'requests' ? {} : { set: explore.set }),
    ...(explore.hidesOwn ? { own: 'false' as const } : {}),
  };
}

/** What lists and groups show: the part of it in the box. */
export function boxedQuery(explore: Explore, range: ResolvedRange): SpansScopeQuery {
  const query = scopeQuery(explore, range);
  const { box } = explore;
  if (box === undefined) return query;
  const durations = `duration>=${box.minNs}ns duration<${box.maxNs}ns`;
  return {
    ...query,
    ...{ from: box.fromMs, to: box.toMs },
    where: [query.where, durations].filter(Boolean).join(' '),
  };
}
