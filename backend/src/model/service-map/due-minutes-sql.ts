import { param, type Sql, sql } from '@sonde/store';
import { OF_CONNECTIONS } from './connections-sql.ts';
import {
  HORIZON_MS,
  JOINS_PER_TICK_MAX,
  REJOIN_AGE_SHARE,
  REPUBLISHED_MS,
  TENANTS_MAX,
  UNPUBLISHED_MAX,
} from './limits.ts';
import { type MinuteJoin, seconds } from './minute-join.ts';

const MINUTE_MS = 60_000;

interface Look {
  readonly nowMs: number;
  /** Start of the last minute that may be joined. */
  readonly lastMs: number;
  /** Points of connections are counted from here on. */
  readonly pointsFromMs: number;
}

/**
 * Minutes up to `lastMs` that have other spans than when they were joined, or more points of
 * connections. One that was joined before waits until its edges are a quarter of its age old: what
 * comes late costs a few joins, not one each.
 */
export function dueSql({ nowMs, lastMs, pointsFromMs }: Look): Sql {
  const from = seconds(nowMs - HORIZON_MS);
  const to = seconds(lastMs);
  // Of a whole minute, or fewer than it was joined with seem to be there.
  const pointsFrom = seconds(Math.ceil(pointsFromMs / MINUTE_MS) * MINUTE_MS);
  const now = param.uint64(nowMs);
  const inRange = sql`time >= ${from} AND time <= ${to}`;
  return sql`
    SELECT toUnixTimestamp(came.time) AS minute, joined.newest AS joined_version
    FROM (
      SELECT time, sum(spans_then) AS weight, sum(points_then) AS points
      FROM (
        SELECT time, sum(red_1m.spans) AS spans_then, 0. AS points_then FROM red_1m
        WHERE toStartOfHour(time) >= toStartOfHour(${from}) AND ${inRange}
        GROUP BY time
        UNION ALL
        SELECT toStartOfMinute(toDateTime(timestamp, 'UTC')) AS time, 0., toFloat64(count())
        FROM metric_samples
        WHERE ${OF_CONNECTIONS} AND timestamp >= ${pointsFrom}
          AND timestamp < ${seconds(lastMs + MINUTE_MS)}
        GROUP BY time
        HAVING time <= ${to}
      )
      GROUP BY time
    ) AS came
    LEFT JOIN (
      SELECT time, max(latest) AS newest, sum(then.1) AS weight, sum(then.2) AS points
      FROM (
        SELECT time, max(version) AS latest,
          argMax((edge_minutes.spans, edge_minutes.points), version) AS then
        FROM edge_minutes WHERE ${inRange} GROUP BY tenant, time
      )
      GROUP BY time
    ) AS joined ON came.time = joined.time
    WHERE joined.newest = 0 OR (
      (came.weight != joined.weight OR came.points > joined.points)
      AND ${now} > joined.newest
      AND ${now} - joined.newest > (${now} - minute * 1000) * ${param.float64(REJOIN_AGE_SHARE)}
    )
    ORDER BY minute DESC
    LIMIT ${param.uint64(JOINS_PER_TICK_MAX)}`;
}

export function latestJoinSql(nowMs: number): Sql {
  return sql`
    SELECT toUnixTimestamp(max(time)) AS latest FROM edge_minutes
    WHERE time >= ${seconds(nowMs - HORIZON_MS)}`;
}

export function lastJoinsSql(nowMs: number): Sql {
  return sql`
    SELECT toUnixTimestamp(time) AS minute, max(edge_minutes.version) AS joined_version
    FROM edge_minutes
    WHERE time >= ${seconds(nowMs - HORIZON_MS)}
    GROUP BY time
    HAVING joined_version >= ${param.uint64(nowMs - REPUBLISHED_MS)}
    ORDER BY minute
    LIMIT ${param.uint64(UNPUBLISHED_MAX)}`;
}

/** What there is of a minute, a row a tenant. */
export function contentOfMinuteSql({ minuteMs }: MinuteJoin): Sql {
  const minute = seconds(minuteMs);
  return sql`
    SELECT tenant, sum(spans_then) AS spans, sum(points_then) AS points
    FROM (
      SELECT toString(tenant) AS tenant, sum(red_1m.spans) AS spans_then, 0. AS points_then
      FROM red_1m
      WHERE toStartOfHour(time) = toStartOfHour(${minute}) AND time = ${minute}
      GROUP BY tenant
      UNION ALL
      SELECT toString(tenant) AS tenant, 0., toFloat64(count()) FROM metric_samples
      WHERE ${OF_CONNECTIONS} AND timestamp >= ${minute}
        AND timestamp < ${seconds(minuteMs + MINUTE_MS)}
      GROUP BY tenant
    )
    GROUP BY tenant
    ORDER BY tenant
    LIMIT ${param.uint64(TENANTS_MAX)}`;
}
