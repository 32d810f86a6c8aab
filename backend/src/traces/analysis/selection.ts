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
  baselineIds,
  baselineWindow,
  boxWindow,
  entries,
  hasAuxiliary,
  isAuxiliary,
  isPicked,
  selectedIds,
} from './analysis-scope.ts';

/** How far around the window spans of its traces are looked for. */
const AROUND_MS_MAX = 3_600_000;

/** Spans that an analysis looks at; of more traces every n-th is taken by its id. */
export interface SpanBudget {
  readonly selected: number;
  /** 0: there is no baseline. */
  readonly baseline: number;
}

/** Traces of one side that are looked at. */
const TRACES_MAX = 80_000;

/** The selected traces and those they are held against. */
export interface Selection {
  readonly scope: AnalysisScope;
  readonly summary: AnalysisSelection;
  /** Of the spans of selected traces. */
  readonly window: TimeWindow;
  /** Of the spans of both. */
  readonly bothWindow: TimeWindow;
}

interface SideRow {
  readonly traces: number;
  readonly spans: number;
  /** Milliseconds; null without traces. */
  readonly first_ms: number | null;
  readonly last_ms: number | null;
}

const SideRowSchema: z.ZodType<SideRow> = z.object({
  traces: uint64Number,
  spans: uint64Number,
  first_ms: z.number().nullable(),
  last_ms: z.number().nullable(),
});

/** Counts both sides, and says of how many traces spans are looked at. */
export async function readSelection(
  store: StoreReader,
  scope: AnalysisScope,
  { budget, asking }: { readonly budget: SpanBudget; readonly asking: AnalysisAsking },
): Promise<Selection> {
  const { meter, signal } = asking;
  const none = { rows: [], cost: { elapsedMs: 0, rowsRead: 0, bytesRead: 0 } };
  const [selectedRows, baselineRows, auxiliaryRows] = await Promise.all([
    store.read(sideQuery(scope, selectedIds(scope), boxWindow(scope)), signal),
    budget.baseline === 0
      ? none
      : store.read(sideQuery(scope, baselineIds(scope), baselineWindow(scope)), signal),
    !hasAuxiliary(scope) ? none : store.read(auxiliaryQuery(scope), signal),
  ]);
  const [selected = NO_SIDE] = meter.rows(selectedRows);
  const [baseline = NO_SIDE] = meter.rows(baselineRows);
  const [auxiliary] = meter.rows(auxiliaryRows);
  const around = boundsOf([selected, baseline], [boxWindow(scope), baselineWindow(scope)]);
  return {
    scope,
    summary: {
      traces: selected.traces,
      spans: selected.spans,
      everyNth: everyNth(selected, budget.selected),
      baselineTraces: baseline.traces,
      baselineSpans: baseline.spans,
      baselineEveryNth: everyNth(baseline, budget.baseline),
      auxiliaryTraces: auxiliary?.traces ?? 0,
    },
    window: boundsOf([selected], [boxWindow(scope)]),
    bothWindow: around,
  };
}

function everyNth({ spans, traces }: SideRow, budget: number): number {
  return Math.max(1, Math.ceil(spans / Math.max(budget, 1)), Math.ceil(traces / TRACES_MAX));
}

const NO_SIDE: SideRow = { traces: 0, spans: 0, first_ms: null, last_ms: null };

function sideQuery(scope: AnalysisScope, ids: Sql, window: TimeWindow): StoreQuery<SideRow> {
  const day = (ms: number): Sql => sql`toDate(${atMs(ms)})`;
  return {
    summary: 'SELECT trace_index selection',
    row: SideRowSchema,
    sql: sql`
      SELECT uniqExact(trace_id) AS traces, sum(spans) AS spans,
        if(traces = 0, NULL, toFloat64(toUnixTimestamp64Milli(min(start)))) AS first_ms,
        if(traces = 0, NULL, toFloat64(toUnixTimestamp64Milli(max(end)))) AS last_ms
      FROM trace_index
      WHERE tenant = ${param.string(scope.wish.tenant)}
        AND day >= ${day(window.from - AROUND_MS_MAX)} AND day <= ${day(window.to + AROUND_MS_MAX)}
        AND trace_id IN (${ids})`,
  };
}

const AuxiliaryRowSchema: z.ZodType<Pick<SideRow, 'traces'>> = z.object({ traces: uint64Number });

function auxiliaryQuery(scope: AnalysisScope): StoreQuery<Pick<SideRow, 'traces'>> {
  return {
    summary: 'SELECT spans auxiliary',
    row: AuxiliaryRowSchema,
    sql: sql`SELECT uniq(trace_id) AS traces FROM spans
      WHERE ${spansIn(scope.spans, boxWindow(scope))} AND ${isPicked(scope)}
        AND ${isAuxiliary(scope)}`,
  };
}

/** From the first span to the last, no further than an hour around: a clock may be years off. */
function boundsOf(sides: readonly SideRow[], windows: readonly TimeWindow[]): TimeWindow {
  const spans = sides.flatMap(({ first_ms: first, last_ms: last }, i) => {
    const window = windows[i];
    if (window === undefined || first === null || last === null) return [];
    return [
      {
        from: Math.max(Math.floor(first), window.from - AROUND_MS_MAX),
        to: Math.min(Math.ceil(last) + 1, window.to + AROUND_MS_MAX),
      },
    ];
  });
  if (spans.length === 0) return windows[0] ?? { from: 0, to: 0 };
  return {
    from: Math.min(...spans.map(({ from }) => from)),
    to: Math.max(...spans.map(({ to }) => to)),
  };
}

/** All spans of the window that belong to one of the traces: also those that no filter names. */
function ofTraces({ spans }: AnalysisScope, window: TimeWindow): Sql {
  return spansIn({ ...spans, set: 'all', conditions: [], ancestor: undefined }, window);
}

/** Spans of all selected traces, as a condition on `spans`. */
export function selectedSpans({ scope, window }: Selection): Sql {
  return sql`${ofTraces(scope, window)} AND trace_id IN (${selectedIds(scope)})`;
}

/** First spans of all selected traces. */
export function selectedRoots({ scope, window }: Selection): Sql {
  const unfiltered = { conditions: [], ancestor: undefined };
  const roots = spansIn({ ...scope.spans, ...unfiltered, set: 'roots' }, window);
  return sql`${roots} AND trace_id IN (${selectedIds(scope)})`;
}

/** Spans of both sides' traces that are looked at; `isSelected` tells them apart. */
export function bothSpans(selection: Selection): Sql {
  const { scope, summary, bothWindow } = selection;
  return sql`${ofTraces(scope, bothWindow)} AND (${isSelected(selection)}
    OR trace_id IN (${baselineIds(scope, summary.baselineEveryNth)}))`;
}

/** Of a span of `bothSpans`: whether its trace is one of the selected. */
export function isSelected({ scope, summary }: Selection): Sql {
  return sql`trace_id IN (${selectedIds(scope, summary.everyNth)})`;
}

/** Of a span: whether it is one that the heatmap shows. */
export function isEntry({ scope }: Selection): Sql {
  return entries(scope, { from: baselineWindow(scope).from, to: scope.wish.range.to });
}
