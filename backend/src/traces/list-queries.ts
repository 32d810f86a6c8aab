import { joinSql, param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { atMs, atNano, atSecond, inTimestamps } from '../instant-sql.ts';
import { hasName, isNamed } from '../named-sql.ts';
import type { StoreQuery } from '../store-reader.ts';
import type { TimeWindow } from '../time-windows.ts';
import { type SpanScope, spansIn } from './explore/span-scope.ts';

/** Which traces; an absent filter lets all pass. */
export interface TraceFilter {
  readonly tenant: string;
  readonly service?: string | undefined;
  readonly operation?: string | undefined;
  readonly minDurationNs?: number | undefined;
  readonly maxDurationNs?: number | undefined;
  readonly errorsOnly?: boolean | undefined;
  /** Has a span of these; its time is not among the conditions. */
  readonly spans?: SpanScope | undefined;
}

/** The last trace of the page before: its start and its id. */
export interface TracePosition {
  readonly startUnixNano: string;
  readonly traceId: string;
}

export interface TraceRow {
  readonly id: string;
  readonly start_nano: string;
  readonly duration: number;
  readonly span_count: number;
  readonly error_count: number;
  readonly service_names: readonly string[];
  readonly root_service_name: string;
  readonly root_span_name: string;
}

const TraceRowSchema: z.ZodType<TraceRow> = z.object({
  id: z.string(),
  start_nano: z.string(),
  duration: z.number(),
  span_count: uint64Number,
  error_count: uint64Number,
  service_names: z.array(z.string()),
  root_service_name: z.string(),
  root_span_name: z.string(),
});

/** How long after the range spans of its traces are looked for by name, service or error. */
export const LATE_SPAN_MS_MAX = 3_600_000;

export interface TracesPage {
  readonly window: TimeWindow;
  readonly after: TracePosition | undefined;
  readonly limit: number;
}

/**
 * Traces that started in the window, newest first. Which ones is decided on times and counts alone;
 * names and services, which cost most, are put together for those that are shown.
 */
export function tracesQuery(filter: TraceFilter, page: TracesPage): StoreQuery<TraceRow> {
  const inDays = sql`tenant = ${param.string(filter.tenant)} AND ${days(page.window)}`;
  return {
    summary: 'SELECT trace_index',
    row: TraceRowSchema,
    sql: sql`
      SELECT lower(hex(trace_id)) AS id,
        toString(toUnixTimestamp64Nano(min(start) AS first)) AS start_nano,
        toFloat64(toUnixTimestamp64Nano(max(end)) - toUnixTimestamp64Nano(min(start))) AS duration,
        sum(spans) AS span_count,
        sum(errors) AS error_count,
        arraySort(groupUniqArrayArray(services)) AS service_names,
        argMinIfMerge(root_service) AS root_service_name,
        argMinIfMerge(root_name) AS root_span_name
      FROM trace_index
      WHERE ${inDays} AND trace_id IN (
        SELECT trace_id
        FROM trace_index
        WHERE ${inDays} AND trace_id IN (${candidates(filter, page.window)})
        GROUP BY trace_id
        HAVING ${passes(filter, page)}
        ORDER BY min(start) DESC, trace_id DESC
        LIMIT ${param.uint64(page.limit)})
      GROUP BY trace_id
      ORDER BY first DESC, trace_id DESC`,
  };
}

/**
 * Ids that may qualify. A trace has several rows; the one with its start lies in the window, that
 * with a service or an error may start later.
 */
function candidates(filter: TraceFilter, window: TimeWindow): Sql {
  const tenant = sql`tenant = ${param.string(filter.tenant)}`;
  const { service, operation, errorsOnly } = filter;
  const late = { from: window.from, to: window.to + LATE_SPAN_MS_MAX };
  if (filter.spans !== undefined) {
    return sql`SELECT trace_id FROM spans WHERE ${spansIn(filter.spans, late)}`;
  }
  if (operation === undefined) {
    const isNarrow = service !== undefined || errorsOnly === true;
    const to = isNarrow ? late.to : window.to;
    const has = service === undefined ? sql`1` : hasName(sql`services`, service);
    const fails = service === undefined && errorsOnly === true ? sql`errors > 0` : sql`1`;
    return sql`SELECT trace_id FROM trace_index WHERE ${tenant} AND ${days(window)}
      AND start >= ${atMs(window.from)} AND start < ${atMs(to)} AND ${has} AND ${fails}`;
  }
  const ofService = service === undefined ? sql`1` : isNamed(sql`service`, service);
  // Only spans know the names of spans that are no roots.
  return sql`SELECT trace_id FROM spans WHERE ${tenant} AND ${inTimestamps(late)}
    AND ${ofService} AND ${isNamed(sql`name`, operation)}`;
}

export interface SeenRow {
  /** Milliseconds since the epoch: the first and the last minute; null without spans. */
  readonly first_ms: number | null;
  readonly last_ms: number | null;
}

const SeenRowSchema: z.ZodType<SeenRow> = z.object({
  first_ms: uint64Number.nullable(),
  last_ms: uint64Number.nullable(),
});

/** When spans of that service or name were there, from the roll-ups: hardly a row is read. */
export function seenQuery(filter: TraceFilter, range: TimeWindow): StoreQuery<SeenRow> {
  const { tenant, service, operation } = filter;
  const to = range.to + LATE_SPAN_MS_MAX;
  const milliseconds = (of: Sql): Sql =>
    sql`if(count() = 0, NULL, toUInt64(toUnixTimestamp(${of})) * 1000)`;
  return {
    summary: 'SELECT red_1m seen',
    row: SeenRowSchema,
    sql: sql`
      SELECT ${milliseconds(sql`min(time)`)} AS first_ms, ${milliseconds(sql`max(time)`)} AS last_ms
      FROM red_1m
      WHERE tenant = ${param.string(tenant)}
        AND toStartOfHour(time) >= toStartOfHour(${atSecond(range.from)})
        AND toStartOfHour(time) <= toStartOfHour(${atSecond(to)})
        AND time >= toStartOfMinute(${atSecond(range.from)}) AND time <= ${atSecond(to)}
        AND ${service === undefined ? sql`1` : isNamed(sql`service`, service)}
        AND ${operation === undefined ? sql`1` : isNamed(sql`name`, operation)}`,
  };
}

/** Partitions of the index: a trace's rows lie on the days of its spans. */
function days(window: TimeWindow): Sql {
  return sql`day >= toDate(${atMs(window.from)})
    AND day <= toDate(${atMs(window.to)}) + 1`;
}

/** Of a trace whose rows are grouped. */
function passes(filter: TraceFilter, { window, after }: TracesPage): Sql {
  const { service, minDurationNs, maxDurationNs, errorsOnly } = filter;
  const duration = sql`(toUnixTimestamp64Nano(max(end)) - toUnixTimestamp64Nano(min(start)))`;
  const conditions = [
    sql`min(start) >= ${atMs(window.from)} AND min(start) < ${atMs(window.to)}`,
    service === undefined ? undefined : sql`max(${hasName(sql`services`, service)}) = 1`,
    minDurationNs === undefined ? undefined : sql`${duration} >= ${param.int64(minDurationNs)}`,
    maxDurationNs === undefined ? undefined : sql`${duration} <= ${param.int64(maxDurationNs)}`,
    errorsOnly === true ? sql`sum(errors) > 0` : undefined,
    after === undefined ? undefined : isAfter(after),
  ];
  return joinSql(
    conditions.filter((each) => each !== undefined),
    ' AND ',
  );
}

function isAfter(position: TracePosition): Sql {
  const start = atNano(position.startUnixNano);
  return sql`(min(start) < ${start}
    OR (min(start) = ${start} AND trace_id < ${traceIdBytes(position.traceId)}))`;
}

/** Hex as the bytes of a `trace_id` column. */
export function traceIdBytes(hex: string): Sql {
  return sql`toFixedString(unhex(${param.string(hex)}), 16)`;
}
