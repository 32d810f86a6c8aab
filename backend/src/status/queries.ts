import { param, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { atHour, atMs, inTimestamps } from '../instant-sql.ts';
import { OWN_NAMESPACE } from '../own.ts';
import type { StoreQuery } from '../store-reader.ts';

const OWN = param.string(OWN_NAMESPACE);

/** A record may be dated that far ahead of its receipt (the time rule). */
const FUTURE_MS_MAX = 3_600_000;

export interface RecentRow {
  readonly own_rows: number;
  readonly other_rows: number;
  /** Milliseconds since the epoch; null when there are no rows. */
  readonly last_ms: number | null;
}

const RecentRowSchema: z.ZodType<RecentRow> = z.object({
  own_rows: uint64Number,
  other_rows: uint64Number,
  last_ms: uint64Number.nullable(),
});

const LAST_MS = sql`if(count() = 0, NULL, toUnixTimestamp64Milli(max(timestamp)))`;

export interface ActivityScope {
  readonly tenant: string;
  /** Rows with a time from then on. */
  readonly sinceMs: number;
  readonly nowMs: number;
}

/** Rows by owner, and the newest, of spans or logs. */
export function recentRowsQuery(
  table: 'spans' | 'logs',
  scope: ActivityScope,
): StoreQuery<RecentRow> {
  const from = table === 'spans' ? sql`FROM spans` : sql`FROM logs`;
  return {
    summary: `SELECT ${table} recent`,
    row: RecentRowSchema,
    sql: sql`
      SELECT countIf(namespace = ${OWN}) AS own_rows, countIf(namespace != ${OWN}) AS other_rows,
        ${LAST_MS} AS last_ms
      ${from}
      WHERE tenant = ${param.string(scope.tenant)}
        AND ${inTimestamps({ from: scope.sinceMs, to: scope.nowMs + FUTURE_MS_MAX })}`,
  };
}

/** The same of all tables of points; whose a point is stands in its series. */
export function recentPointsQuery(scope: ActivityScope): StoreQuery<RecentRow> {
  const tenant = sql`tenant = ${param.string(scope.tenant)}`;
  const own = sql`series IN (
    SELECT series FROM metric_series
    WHERE ${tenant} AND namespace = ${OWN} AND bucket >= ${atHour(scope.sinceMs)})`;
  const recent = sql`${tenant} AND timestamp >= ${atMs(scope.sinceMs)}`;
  return {
    summary: 'SELECT metric points recent',
    row: RecentRowSchema,
    sql: sql`
      SELECT countIf(${own}) AS own_rows, countIf(NOT ${own}) AS other_rows, ${LAST_MS} AS last_ms
      FROM (
        SELECT series, timestamp FROM metric_samples WHERE ${recent}
        UNION ALL
        SELECT series, timestamp FROM metric_histograms WHERE ${recent}
        UNION ALL
        SELECT series, timestamp FROM metric_exponential_histograms WHERE ${recent}
        UNION ALL
        SELECT series, timestamp FROM metric_summaries WHERE ${recent}
      )`,
  };
}

export interface StoredRow {
  readonly signal: 'traces' | 'logs' | 'metrics';
  readonly bytes: number;
  readonly row_count: number;
}

const StoredRowSchema: z.ZodType<StoredRow> = z.object({
  signal: z.enum(['traces', 'logs', 'metrics']),
  bytes: z.number(),
  row_count: z.number(),
});

/** What lies on disk by signal, of all tenants; indexes and roll-ups are not in it. */
export function storedQuery(): StoreQuery<StoredRow> {
  return {
    summary: 'SELECT system.parts',
    row: StoredRowSchema,
    sql: sql`
      SELECT
        multiIf(table = 'spans', 'traces', table = 'logs', 'logs', 'metrics') AS signal,
        toFloat64(sum(bytes_on_disk)) AS bytes,
        toFloat64(sum(rows)) AS row_count
      FROM system.parts
      WHERE active AND database = currentDatabase() AND table IN ('spans', 'logs',
        'metric_samples', 'metric_histograms', 'metric_exponential_histograms', 'metric_summaries')
      GROUP BY signal`,
  };
}

export interface SeenRow {
  readonly seen: number;
}

const SeenRowSchema: z.ZodType<SeenRow> = z.object({ seen: uint64Number });

/** Whether anything was ever received that is not Sonde's own. */
export function othersSeenQuery(tenant: string): StoreQuery<SeenRow> {
  const others = sql`tenant = ${param.string(tenant)} AND namespace != ${OWN}`;
  return {
    summary: 'SELECT red_1m, logs, metric_series others',
    row: SeenRowSchema,
    sql: sql`
      SELECT count() AS seen FROM (
        (SELECT 1 FROM red_1m WHERE ${others} LIMIT 1)
        UNION ALL
        (SELECT 1 FROM logs WHERE ${others} LIMIT 1)
        UNION ALL
        (SELECT 1 FROM metric_series WHERE ${others} LIMIT 1)
      )`,
  };
}
