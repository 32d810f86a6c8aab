import { joinSql, param, type Sql, sql } from '@sonde/store';
import { atHour, atMs } from '../../instant-sql.ts';
import type { StoreReader } from '../../store-reader.ts';
import type { TimeWindow } from '../../time-windows.ts';
import {
  type Asking,
  resolveScope,
  type SpanScope,
  type SpanWish,
  spansIn,
} from '../explore/span-scope.ts';
import { type AuxiliaryWish, auxiliaryEntries } from './auxiliary-entries.ts';
import { wellInSlices } from './time-slices.ts';

/** Part of a heatmap: `from` and `to` in milliseconds, durations in nanoseconds; an end is open when absent. */
export interface SelectionBox {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly minNs?: number | undefined;
  readonly maxNs?: number | undefined;
}

/** What the selection is held against. */
export type Baseline =
  /** Other traces of the same window. */
  | { readonly kind: 'rest' }
  /** The window of the same length before it, whole. */
  | { readonly kind: 'earlier' }
  /** Traces of the window in which a service of that version answered. Only where sides are compared. */
  | { readonly kind: 'version'; readonly version: string };

export interface AnalysisWish extends SpanWish, AuxiliaryWish {
  readonly box: SelectionBox;
  /** Only traces whose span in the box failed. */
  readonly errorsOnly: boolean;
  readonly baseline: Baseline;
}

/** For what tells of the selection alone. */
export function withoutBaseline(wish: AnalysisWish): AnalysisWish {
  return { ...wish, baseline: { kind: 'rest' } };
}

/** Says how far an analysis is; `step` is for people. */
export type ReportStep = (progress: {
  readonly step: string;
  readonly done: number;
  readonly of: number;
}) => void;

export interface AnalysisAsking extends Asking {
  readonly report: ReportStep;
}

/** The wish as conditions. Every span of them is an entry: one of the heatmap. */
export interface AnalysisScope {
  readonly wish: AnalysisWish;
  readonly spans: SpanScope;
  /** Of an entry: whether a rule says that it is no request of a user. */
  readonly isAuxiliary: Sql;
}

export async function resolveAnalysis(
  store: StoreReader,
  wish: AnalysisWish,
  asking: Asking,
): Promise<AnalysisScope> {
  const alsoKeys = wish.auxiliary.flatMap((rule) => rule.map(({ key }) => key));
  const spans = await resolveScope(store, { ...wish, alsoKeys }, asking);
  return { wish, spans, isAuxiliary: await auxiliaryEntries(store, { wish, spans }, asking) };
}

/** Entries of a window, in the box or not. */
export function entries(scope: AnalysisScope, window: TimeWindow): Sql {
  return sql`${allEntries(scope, window)} AND NOT ${scope.isAuxiliary}`;
}

/** Those that are auxiliary too. */
export function allEntries(scope: AnalysisScope, window: TimeWindow): Sql {
  return sql`${spansIn(scope.spans, window)} AND trace_id != toFixedString('', 16)`;
}

/**
 * Of an entry: whether it lies in the box. Where nothing is picked and a version is held against, the
 * traces without it are: all of them would leave none to be held against.
 */
export function isPicked(scope: AnalysisScope): Sql {
  const parts = picked(scope);
  if (parts.length > 0) return sql`(${joinSql(parts, ' AND ')})`;
  return isVersionAgainstOthers(scope) ? sql`NOT ${inTraces(versionIds(scope))}` : sql`1`;
}

function picked({ wish }: AnalysisScope): readonly Sql[] {
  const { fromMs, toMs, minNs, maxNs } = wish.box;
  return [
    fromMs === undefined ? undefined : sql`timestamp >= ${atMs(fromMs)}`,
    toMs === undefined ? undefined : sql`timestamp < ${atMs(toMs)}`,
    minNs === undefined ? undefined : sql`duration_ns >= ${param.int64(Math.floor(minNs))}`,
    maxNs === undefined ? undefined : sql`duration_ns < ${param.int64(Math.ceil(maxNs))}`,
    wish.errorsOnly ? sql`status_code = 2` : undefined,
  ].filter((part) => part !== undefined);
}

/** Whether any trace can be held against the selected ones: where all are selected there is no rest. */
export function hasOtherSide(scope: AnalysisScope): boolean {
  return scope.wish.baseline.kind !== 'rest' || picked(scope).length > 0;
}

/** Whether every trace of the window is on one side or the other, by a version in it. */
function isVersionAgainstOthers(scope: AnalysisScope): boolean {
  return scope.wish.baseline.kind === 'version' && picked(scope).length === 0;
}

/** A statement of the traces in which a service of the baseline's version answered. */
function versionIds(scope: AnalysisScope): Sql {
  return sql`SELECT ${TRACE} FROM spans
    WHERE ${entries(scope, baselineWindow(scope))} AND ${isOfBaseline(scope)}`;
}

/** Which traces of one side are looked at: the same ones by every query. */
export interface Part {
  /** One in so many by a hash of the id; 1 is all. */
  readonly everyNth: number;
  /** Slices that their entries begin in, by their starts in seconds; all when absent. */
  readonly slices?: readonly number[];
}

/**
 * What stands for a trace in sets: half a million ids of 16 bytes took 600 MB, and each was looked
 * for in the index of every granule. That two of a billion traces are taken for one has a chance of
 * one in forty.
 */
export const TRACE: Sql = sql`cityHash64(trace_id)`;

/** Of a row with a trace: whether it is one of `ids`. */
export function inTraces(ids: Sql): Sql {
  return sql`${TRACE} IN (${ids})`;
}

export const WHOLE: Part = { everyNth: 1 };

function inPart({ everyNth, slices }: Part): Sql {
  if (everyNth <= 1) return wellInSlices(slices);
  return sql`${wellInSlices(slices)} AND ${TRACE} % ${param.uint64(everyNth)} = 0`;
}

/** The part of the window in which the box lies. */
export function boxWindow({ wish }: AnalysisScope): TimeWindow {
  const { fromMs = wish.range.from, toMs = wish.range.to } = wish.box;
  return { from: Math.max(fromMs, wish.range.from), to: Math.min(toMs, wish.range.to) };
}

/** A statement of the selected traces, for `inTraces`. */
export function selectedIds(scope: AnalysisScope, part: Part = WHOLE): Sql {
  return sql`SELECT ${TRACE} FROM spans
    WHERE ${entries(scope, boxWindow(scope))} AND ${isPicked(scope)} AND ${inPart(part)}`;
}

/** Where the traces of the baseline are. */
export function baselineWindow({ wish }: AnalysisScope): TimeWindow {
  const { from, to } = wish.range;
  return wish.baseline.kind === 'earlier' ? { from: from - (to - from), to: from } : { from, to };
}

/** A statement of the traces that the selection is held against. */
export function baselineIds(scope: AnalysisScope, part: Part = WHOLE): Sql {
  const isNotSelected = isVersionAgainstOthers(scope)
    ? sql`1`
    : sql`NOT ${inTraces(selectedIds(scope, part))}`;
  return sql`SELECT ${TRACE} FROM spans
    WHERE ${entries(scope, baselineWindow(scope))} AND ${inPart(part)}
      AND ${isOfBaseline(scope)} AND ${isNotSelected}`;
}

/** Of an entry of the baseline's window: whether its trace may be held against others. */
export function isOfBaseline({ wish }: AnalysisScope): Sql {
  const { baseline, tenant, range } = wish;
  if (baseline.kind !== 'version') return sql`1`;
  return sql`resource_fingerprint IN (
    SELECT fingerprint FROM resources
    WHERE tenant = ${param.string(tenant)} AND bucket >= ${atHour(range.from)}
      AND attributes['service.version'] = ${param.string(baseline.version)})`;
}
