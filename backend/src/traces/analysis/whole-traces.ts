import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { AnalysisSelection } from '../../api/contract/index.ts';
import { atMs } from '../../instant-sql.ts';
import type { StoreQuery, StoreReader } from '../../store-reader.ts';
import type { TimeWindow } from '../../time-windows.ts';
import { spansIn } from '../explore/span-scope.ts';
import {
  type AnalysisAsking,
  type AnalysisScope,
  allEntries,
  boxWindow,
  isPicked,
} from './analysis-scope.ts';
import { AROUND_MS_MAX } from './selection-queries.ts';

/** Traces that are put together in one go: 250 bytes of the store's memory each. */
const TRACES_MAX = 3_500_000;

/**
 * Whether all traces of the time are gone through once, each put together from its spans, and the
 * selected ones kept: half of what it costs to gather the ids of selected traces and look for each
 * of their spans. Not where filters may read attributes, or find few spans by an index.
 */
export async function isGoneThroughWhole(
  store: StoreReader,
  scope: AnalysisScope,
  { meter, signal }: AnalysisAsking,
): Promise<boolean> {
  if (scope.spans.conditions.length > 0 || scope.spans.ancestor !== undefined) return false;
  const [row] = meter.rows(await store.read(tracesQuery(scope), signal));
  return (row?.traces ?? 0) <= TRACES_MAX;
}

interface TracesRow {
  readonly traces: number;
}

const TracesRowSchema: z.ZodType<TracesRow> = z.object({ traces: uint64Number });

/** Of whole days: reads no ids. */
function tracesQuery(scope: AnalysisScope): StoreQuery<TracesRow> {
  const { from, to } = wholeWindow(scope);
  return {
    summary: 'SELECT trace_index days',
    row: TracesRowSchema,
    sql: sql`SELECT count() AS traces FROM trace_index
      WHERE tenant = ${param.string(scope.wish.tenant)}
        AND day >= toDate(${atMs(from)}) AND day <= toDate(${atMs(to)})`,
  };
}

/** Where spans of selected traces are. */
export function wholeWindow(scope: AnalysisScope): TimeWindow {
  const { from, to } = boxWindow(scope);
  return { from: from - AROUND_MS_MAX, to: to + AROUND_MS_MAX };
}

/** Spans with a trace in that time, whatever the filters are. */
export function wholeSpans(scope: AnalysisScope): Sql {
  const spans = spansIn({ ...scope.spans, set: 'all' }, wholeWindow(scope));
  return sql`${spans} AND trace_id != toFixedString('', 16)`;
}

/** Of a span: whether it lies in the box. */
function isEntry(scope: AnalysisScope): Sql {
  return sql`(${allEntries(scope, boxWindow(scope))} AND ${isPicked(scope)})`;
}

const IS_ROOT = sql`parent_span_id = toFixedString('', 8)`;

/** Entries and first spans, with `columns` of them and which of them they are. */
export function entriesAndRoots(scope: AnalysisScope, columns: Sql): Sql {
  return sql`
    SELECT ${columns}, toUInt8(${isEntry(scope)}) AS is_entry,
      toUInt8(${scope.isAuxiliary}) AS is_other, toUInt8(${IS_ROOT}) AS is_root
    FROM spans
    WHERE ${wholeSpans(scope)} AND (is_entry = 1 OR is_root = 1)`;
}

/** Of all entries and first spans of a trace: what the trace is. */
export const TRACE_FLAGS: Sql = sql`max(is_entry AND NOT is_other) AS is_selected,
  max(is_entry AND is_other) AS is_auxiliary`;

/** As the page says it: every selected trace was looked at. */
export function wholeSelection(counts: {
  readonly selected: number;
  readonly auxiliary: number;
}): AnalysisSelection {
  return {
    ...{ traces: counts.selected, everyNth: 1 },
    ...{ baselineTraces: 0, baselineEveryNth: 1 },
    auxiliaryTraces: counts.auxiliary,
  };
}
