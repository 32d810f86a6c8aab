import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { ANSWER_LIMITS } from '../../limits.ts';
import type { StoreQuery } from '../../store-reader.ts';
import type { Origin } from '../services/origin.ts';
import { addedUp, OriginColumn, type SumMap, SumMapColumn } from '../services/queries.ts';
import { type Ends, endColumns } from './map-ends.ts';
import { seconds } from './minute-join.ts';

/** Whose map over which range. */
export interface MapScope {
  readonly tenant: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface EdgeRow extends Ends {
  readonly origin: Origin;
  readonly protocols: readonly string[];
  readonly requests: number;
  readonly errors: number;
  readonly histogram: SumMap;
  readonly duration_max: number;
  readonly gap_requests: number;
  readonly gap_histogram: SumMap;
  readonly gap_max: number;
}

const EdgeRowSchema: z.ZodType<EdgeRow> = z.object({
  ...endColumns,
  origin: OriginColumn,
  protocols: z.array(z.string()),
  requests: z.number(),
  errors: z.number(),
  histogram: SumMapColumn,
  duration_max: z.number(),
  gap_requests: z.number(),
  gap_histogram: SumMapColumn,
  gap_max: z.number(),
});

/** A row a pair of nodes and origin, those with most requests first. */
export function mapEdgesQuery(scope: MapScope): StoreQuery<EdgeRow> {
  return {
    summary: 'SELECT edges_1m',
    row: EdgeRowSchema,
    sql: sql`
      SELECT client_service, client_namespace, client_cluster, client_kind,
        server_service, server_namespace, server_cluster, server_kind, origin,
        arraySort(groupUniqArrayIf(toString(protocol), protocol != '')) AS protocols,
        sum(edges_1m.requests) AS requests,
        sum(edges_1m.errors) AS errors,
        ${addedUp(sql`duration_histogram`)} AS histogram,
        toFloat64(max(duration_ns_max)) AS duration_max,
        sum(edges_1m.gap_requests) AS gap_requests,
        ${addedUp(sql`edges_1m.gap_histogram`)} AS gap_histogram,
        toFloat64(max(gap_ns_max)) AS gap_max
      FROM edges_1m
      WHERE ${inScope(scope)}
        AND ${inHours(scope)}
        AND ${newestMinutes(scope)}
      GROUP BY client_service, client_namespace, client_cluster, client_kind,
        server_service, server_namespace, server_cluster, server_kind, origin
      ORDER BY requests DESC, client_service, server_service
      LIMIT ${param.uint64(ANSWER_LIMITS.mapEdgesMax)}`,
  };
}

export interface JoinedRow {
  /** Start of the last minute, in seconds; 0: none. */
  readonly last: number;
  /** Minutes that have spans and were never joined, though later ones were, of the range or after it. */
  readonly waiting: number;
  readonly calls: number;
  readonly unresolved: number;
}

const JoinedRowSchema: z.ZodType<JoinedRow> = z.object({
  last: z.number(),
  waiting: uint64Number,
  calls: z.number(),
  unresolved: z.number(),
});

/** How much of the range is on the map. */
export function mapMinutesQuery(scope: MapScope): StoreQuery<JoinedRow> {
  return {
    summary: 'SELECT edge_minutes',
    row: JoinedRowSchema,
    sql: sql`
      SELECT toUnixTimestamp(max(joined.time)) AS last,
        (SELECT uniqExact(time) FROM red_1m WHERE ${inScope(scope)} AND ${inHours(scope)}
          AND time NOT IN (SELECT time FROM edge_minutes WHERE ${inScope(scope)})
          AND time < (SELECT max(time) FROM edge_minutes
            WHERE tenant = ${param.string(scope.tenant)} AND time >= ${seconds(scope.fromMs)})
        ) AS waiting,
        sum(newest.1) AS calls, sum(newest.2) AS unresolved
      FROM (
        SELECT time, argMax((calls, unresolved), version) AS newest
        FROM edge_minutes WHERE ${inScope(scope)} GROUP BY time
      ) AS joined`,
  };
}

/** Of minutes that were joined more than once the last join. */
export function newestMinutes(scope: MapScope): Sql {
  return sql`(time, version) IN (
    SELECT time, max(version) FROM edge_minutes WHERE ${inScope(scope)} GROUP BY time)`;
}

/** The key opens with the hour; the engine does not see by itself that a range of `time` is one of it. */
export function inHours({ fromMs, toMs }: Pick<MapScope, 'fromMs' | 'toMs'>): Sql {
  return sql`toStartOfHour(time) >= toStartOfHour(${seconds(fromMs)})
    AND toStartOfHour(time) <= toStartOfHour(${seconds(toMs)})`;
}

export function inScope({ tenant, fromMs, toMs }: MapScope): Sql {
  return sql`tenant = ${param.string(tenant)}
    AND time >= ${seconds(fromMs)} AND time < ${seconds(toMs)}`;
}
