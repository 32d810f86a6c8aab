import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { atMs, inTimestamps } from '../../instant-sql.ts';
import type { StoreQuery } from '../../store-reader.ts';
import type { TimeWindow } from '../../time-windows.ts';
import {
  type AnalysisScope,
  allEntries,
  baselineWindow,
  boxWindow,
  inTraces,
  isOfBaseline,
  isPicked,
  TRACE,
} from './analysis-scope.ts';
import { inSlices, SLICE_S, wellInSlices } from './time-slices.ts';

/** How far around the window spans of its traces are looked for. */
export const AROUND_MS_MAX = 3_600_000;
/** Slices that a trace is followed through. */
const TRACE_SLICES_MAX = 48;

interface SpansRow {
  readonly spans: number;
}

const SpansRowSchema: z.ZodType<SpansRow> = z.object({ spans: uint64Number });

/** Spans of the windows of both sides, whatever the filters are. */
export function spansQuery(scope: AnalysisScope): StoreQuery<SpansRow> {
  return {
    summary: 'SELECT spans of windows',
    row: SpansRowSchema,
    sql: sql`SELECT count() AS spans FROM spans
      WHERE tenant = ${param.string(scope.wish.tenant)} AND ${inTimestamps(unionWindow(scope))}`,
  };
}

/** From the beginning of the baseline to the end of the box. */
export function unionWindow(scope: AnalysisScope): TimeWindow {
  const [box, baseline] = [boxWindow(scope), baselineWindow(scope)];
  return { from: Math.min(box.from, baseline.from), to: Math.max(box.to, baseline.to) };
}

/** Traces of both sides, and of auxiliary requests in the box. */
export interface EntryCounts {
  readonly selected: number;
  readonly baseline: number;
  readonly auxiliary: number;
}

const EntryCountsSchema: z.ZodType<EntryCounts> = z.object({
  selected: uint64Number,
  baseline: uint64Number,
  auxiliary: uint64Number,
});

/** Where entries of each side are counted; in all of its window when absent. */
export interface CountedSlices {
  readonly selected?: readonly number[] | undefined;
  readonly baseline?: readonly number[] | undefined;
}

/** Counts the selected exactly, the others to half a percent, in one pass over entries. */
export function entriesQuery(
  scope: AnalysisScope,
  hasBaseline: boolean,
  slices: CountedSlices = {},
): StoreQuery<EntryCounts> {
  const inBox = sql`(${inTimestamps(boxWindow(scope))} AND ${isPicked(scope)}
    AND ${wellInSlices(slices.selected)})`;
  const isOther = sql`(${inTimestamps(baselineWindow(scope))} AND ${isOfBaseline(scope)}
    AND ${wellInSlices(slices.baseline)})`;
  const window = hasBaseline ? unionWindow(scope) : boxWindow(scope);
  const others = hasBaseline
    ? sql`uniqIf(${TRACE}, is_other AND NOT is_auxiliary)
        - uniqIf(${TRACE}, is_other AND in_box AND NOT is_auxiliary)`
    : sql`toUInt64(0)`;
  return {
    summary: 'SELECT spans both sides',
    row: EntryCountsSchema,
    sql: sql`
      SELECT uniqExactIf(${TRACE}, in_box AND NOT is_auxiliary) AS selected,
        ${others} AS baseline,
        uniqIf(${TRACE}, in_box AND is_auxiliary) AS auxiliary
      FROM (
        SELECT trace_id, ${inBox} AS in_box, ${isOther} AS is_other,
          ${scope.isAuxiliary} AS is_auxiliary
        FROM spans WHERE ${allEntries(scope, window)} AND ${inSlices(allSlices(slices))}
          ${hasBaseline ? sql`` : sql`AND in_box`}
      )`,
  };
}

/** Undefined: one side is counted in all of its window. */
function allSlices({ selected, baseline }: CountedSlices): readonly number[] | undefined {
  if (selected === undefined || baseline === undefined) return undefined;
  return [...new Set([...selected, ...baseline])].sort((a, b) => a - b);
}

/** Traces of a part of a side as the index of traces has them. */
export interface ProbeRow {
  /** 1: of the selected, 0: of the baseline. */
  readonly is_selected: number;
  readonly traces: number;
  readonly spans: number;
  /** Milliseconds; null without traces. */
  readonly first_ms: number | null;
  readonly last_ms: number | null;
  /** Starts of slices in seconds, and how many traces have spans there; parallel. */
  readonly slices: readonly [readonly number[], readonly number[]];
}

const ProbeRowSchema: z.ZodType<ProbeRow> = z.object({
  is_selected: z.number(),
  traces: uint64Number,
  spans: uint64Number,
  first_ms: z.number().nullable(),
  last_ms: z.number().nullable(),
  slices: z.tuple([z.array(uint64Number), z.array(uint64Number)]),
});

export const NOTHING_PROBED: ProbeRow = {
  ...{ is_selected: 0, traces: 0, spans: 0, first_ms: null, last_ms: null, slices: [[], []] },
};

/** Which traces are looked up, and around what time. */
export interface Probe {
  /** Statements for `inTraces`; a side without is not asked about. */
  readonly selected?: Sql;
  readonly baseline?: Sql;
  readonly window: TimeWindow;
}

/** How many spans traces have, and when; a row a side that has any. */
export function probeQuery(
  scope: AnalysisScope,
  { selected, baseline, window }: Probe,
): StoreQuery<ProbeRow> {
  const day = (ms: number): Sql => sql`toDate(${atMs(ms)})`;
  const slice = sql`${param.uint64(SLICE_S)}`;
  const [from, to] = [atMs(window.from - AROUND_MS_MAX), atMs(window.to + AROUND_MS_MAX)];
  // A clock may be years off.
  const second = (time: Sql): Sql => sql`toUnixTimestamp(least(greatest(${time}, ${from}), ${to}))`;
  const first = sql`intDiv(${second(sql`start`)}, ${slice}) * ${slice}`;
  const end = sql`${first} + ${param.uint64(SLICE_S * TRACE_SLICES_MAX)}`;
  return {
    summary: 'SELECT trace_index probe',
    row: ProbeRowSchema,
    sql: sql`
      SELECT ${selected === undefined ? sql`toUInt8(0)` : inTraces(selected)} AS is_selected,
        uniqExact(${TRACE}) AS traces, sum(spans) AS spans,
        if(traces = 0, NULL, toFloat64(toUnixTimestamp64Milli(min(start)))) AS first_ms,
        if(traces = 0, NULL, toFloat64(toUnixTimestamp64Milli(max(end)))) AS last_ms,
        sumMap(range(${first}, least(${second(sql`end`)}, ${end}) + 1, ${slice}) AS touched,
          arrayMap(_ -> 1, touched)) AS slices
      FROM trace_index
      WHERE tenant = ${param.string(scope.wish.tenant)}
        AND day >= ${day(window.from - AROUND_MS_MAX)} AND day <= ${day(window.to + AROUND_MS_MAX)}
        AND ${baseline === undefined ? sql`is_selected` : sql`(is_selected OR ${inTraces(baseline)})`}
      GROUP BY is_selected`,
  };
}
