import { joinSql, param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import { atHour, atMs } from '../../instant-sql.ts';
import type { StoreReader } from '../../store-reader.ts';
import type { TimeWindow } from '../../time-windows.ts';
import {
  type Asking,
  inMinutes,
  resolveScope,
  type SpanScope,
  type SpanWish,
  spansIn,
} from '../explore/span-scope.ts';
import type { Condition } from '../where/parse-where.ts';
import { whereRollUp, whereSpans } from '../where/where-sql.ts';

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
  /** Traces of the window in which a service of that version answered. */
  | { readonly kind: 'version'; readonly version: string };

export interface AnalysisWish extends SpanWish {
  readonly box: SelectionBox;
  /** Only traces whose span in the box failed. */
  readonly errorsOnly: boolean;
  /** What is no request of a user, each rule conditions that all hold; empty: everything counts. */
  readonly auxiliary: readonly (readonly Condition[])[];
  readonly baseline: Baseline;
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
  /** Operations that are auxiliary; undefined where spans themselves have to be looked at. */
  readonly auxiliary: readonly OperationName[] | undefined;
}

interface OperationName {
  readonly service: string;
  readonly name: string;
}

const OperationNameSchema: z.ZodType<OperationName> = z.object({
  service: z.string(),
  name: z.string(),
});

/** More conditions than that cost every span more than the rules themselves. */
const AUXILIARY_OPERATIONS_MAX = 50;

export async function resolveAnalysis(
  store: StoreReader,
  wish: AnalysisWish,
  asking: Asking,
): Promise<AnalysisScope> {
  const alsoKeys = wish.auxiliary.flatMap((rule) => rule.map(({ key }) => key));
  const spans = await resolveScope(store, { ...wish, alsoKeys }, asking);
  return { wish, spans, auxiliary: await auxiliaryOperations(store, wish, asking) };
}

/** Rules on names are tried on roll-ups once, not on every span. */
async function auxiliaryOperations(
  store: StoreReader,
  { tenant, range, auxiliary }: AnalysisWish,
  { meter, signal }: Asking,
): Promise<readonly OperationName[] | undefined> {
  if (auxiliary.length === 0) return [];
  const isByName = auxiliary.every((rule) =>
    rule.every(({ key }) => key === 'name' || key === 'service'),
  );
  if (!isByName) return undefined;
  const rules = auxiliary.map((rule) => sql`(${whereRollUp(rule)})`);
  // The window before is looked at too, as a baseline.
  const window = { from: range.from - (range.to - range.from), to: range.to };
  const query = {
    summary: 'SELECT red_1m auxiliary',
    row: OperationNameSchema,
    sql: sql`
      SELECT DISTINCT toString(service) AS service, toString(name) AS name FROM red_1m
      WHERE ${inMinutes(tenant, window)} AND (${joinSql(rules, ' OR ')})
      LIMIT ${param.uint64(AUXILIARY_OPERATIONS_MAX + 1)}`,
  };
  const found = meter.rows(await store.read(query, signal));
  return found.length > AUXILIARY_OPERATIONS_MAX ? undefined : found;
}

/** Entries of a window, in the box or not. */
export function entries(scope: AnalysisScope, window: TimeWindow): Sql {
  return sql`${spansIn(scope.spans, window)} AND ${isNoTrace} AND NOT ${isAuxiliary(scope)}`;
}

const isNoTrace = sql`trace_id != toFixedString('', 16)`;

/** Whether anything may be auxiliary. */
export function hasAuxiliary({ wish, auxiliary }: AnalysisScope): boolean {
  return wish.auxiliary.length > 0 && auxiliary?.length !== 0;
}

/** Of an entry: whether a rule says that it is no request of a user. */
export function isAuxiliary(scope: AnalysisScope): Sql {
  const { wish, spans, auxiliary } = scope;
  if (!hasAuxiliary(scope)) return sql`0`;
  if (auxiliary === undefined) {
    const rules = wish.auxiliary.map((rule) => sql`(${whereSpans(rule, spans)})`);
    return sql`(${joinSql(rules, ' OR ')})`;
  }
  const operations = auxiliary.map(
    ({ service, name }) =>
      sql`(service = ${param.string(service)} AND name = ${param.string(name)})`,
  );
  return sql`(${joinSql(operations, ' OR ')})`;
}

/** Of an entry: whether it lies in the box. */
export function isPicked({ wish }: AnalysisScope): Sql {
  const { fromMs, toMs, minNs, maxNs } = wish.box;
  const parts = [
    fromMs === undefined ? undefined : sql`timestamp >= ${atMs(fromMs)}`,
    toMs === undefined ? undefined : sql`timestamp < ${atMs(toMs)}`,
    minNs === undefined ? undefined : sql`duration_ns >= ${param.int64(Math.floor(minNs))}`,
    maxNs === undefined ? undefined : sql`duration_ns < ${param.int64(Math.ceil(maxNs))}`,
    wish.errorsOnly ? sql`status_code = 2` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? sql`1` : sql`(${joinSql(parts, ' AND ')})`;
}

/** One trace of so many, by its id, so that every query looks at the same ones. */
function everyNth(n: number): Sql {
  return n <= 1 ? sql`1` : sql`cityHash64(trace_id) % ${param.uint64(n)} = 0`;
}

/** The part of the window in which the box lies. */
export function boxWindow({ wish }: AnalysisScope): TimeWindow {
  const { fromMs = wish.range.from, toMs = wish.range.to } = wish.box;
  return { from: Math.max(fromMs, wish.range.from), to: Math.min(toMs, wish.range.to) };
}

/** A statement of the ids of the selected traces. */
export function selectedIds(scope: AnalysisScope, nth = 1): Sql {
  return sql`SELECT trace_id FROM spans
    WHERE ${entries(scope, boxWindow(scope))} AND ${isPicked(scope)} AND ${everyNth(nth)}`;
}

/** Where the traces of the baseline are. */
export function baselineWindow({ wish }: AnalysisScope): TimeWindow {
  const { from, to } = wish.range;
  return wish.baseline.kind === 'earlier' ? { from: from - (to - from), to: from } : { from, to };
}

/** A statement of the ids of the traces that the selection is held against. */
export function baselineIds(scope: AnalysisScope, nth = 1): Sql {
  const { wish } = scope;
  return sql`SELECT trace_id FROM spans
    WHERE ${entries(scope, baselineWindow(scope))} AND ${everyNth(nth)}
      AND ${ofVersion(wish)} AND trace_id NOT IN (${selectedIds(scope, nth)})`;
}

function ofVersion({ baseline, tenant, range }: AnalysisWish): Sql {
  if (baseline.kind !== 'version') return sql`1`;
  return sql`resource_fingerprint IN (
    SELECT fingerprint FROM resources
    WHERE tenant = ${param.string(tenant)} AND bucket >= ${atHour(range.from)}
      AND attributes['service.version'] = ${param.string(baseline.version)})`;
}
