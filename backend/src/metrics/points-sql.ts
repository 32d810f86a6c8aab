import { param, type Sql, sql } from '@sonde/store';
import type { MetricInfo, MetricType } from '../api/contract/index.ts';
import { atMs } from '../instant-sql.ts';
import type { TimeSteps } from '../time-steps.ts';
import { metricShape } from './metric-shape.ts';

/** Points of one metric in steps; those within `lookbackMs` before only say where counters stood. */
export interface PointsScope {
  readonly tenant: string;
  readonly info: MetricInfo;
  readonly steps: TimeSteps;
  readonly lookbackMs: number;
}

/** Bit 0 of a point's flags: it says that there is no value (OTLP, `DataPointFlags`). */
const HAS_VALUE = sql`bitAnd(flags, 1) = 0`;

/** The table of each type. */
export function pointsTable(type: MetricType): Sql {
  if (type === 'histogram') return sql`metric_histograms`;
  if (type === 'exponential_histogram') return sql`metric_exponential_histograms`;
  return type === 'summary' ? sql`metric_summaries` : sql`metric_samples`;
}

/**
 * A row a series and step. Levels: `total`, `mean`, `low`, `high`, `points`. Counters: `increase`.
 * Distributions: `increase` (observations), `sum_increase`, and `low`, `high` where points have them.
 */
export function seriesSteps(scope: PointsScope): Sql {
  const shape = metricShape(scope.info);
  if (shape === 'level') return levelSteps(scope);
  const increases = isCumulative(scope.info) ? cumulativePoints(scope) : deltaPoints(scope);
  const extremes =
    shape === 'counter' ? sql`` : sql`, min(low_point) AS low, max(high_point) AS high`;
  return sql`
    SELECT series, ${stepIndex(scope.steps)} AS step,
      sum(added) AS increase, sum(sum_added) AS sum_increase ${extremes}
    FROM (${increases})
    WHERE timestamp >= ${atMs(scope.steps.fromMs)}
    GROUP BY series, step`;
}

/** Summaries have no temporality: OTLP defines them as cumulative. */
function isCumulative(info: MetricInfo): boolean {
  return info.temporality === 'cumulative' || info.type === 'summary';
}

function levelSteps(scope: PointsScope): Sql {
  return sql`
    SELECT series, ${stepIndex(scope.steps)} AS step,
      sum(value) AS total, avg(value) AS mean, min(value) AS low, max(value) AS high,
      count() AS points
    FROM metric_samples
    WHERE ${inScope(scope, scope.steps.fromMs)}
    GROUP BY series, step`;
}

function deltaPoints(scope: PointsScope): Sql {
  const { count, sum, extremes } = pointColumns(scope.info);
  return sql`
    SELECT series, timestamp, ${count} AS added, ${sum} AS sum_added, ${extremes}
    FROM ${pointsTable(scope.info.type)}
    WHERE ${inScope(scope, scope.steps.fromMs)}`;
}

/**
 * What each point added to the one before. A counter that began anew (its start lies after the
 * point before, or it fell) added all it shows. The first point of a series is a base alone, unless
 * the counter began after the earliest point that was read.
 */
function cumulativePoints(scope: PointsScope): Sql {
  const readFromMs = scope.steps.fromMs - scope.lookbackMs;
  const { count, sum, extremes } = pointColumns(scope.info);
  const isFirst = sql`toUnixTimestamp64Nano(time_before) = 0`;
  const beganAnew = sql`(${isFirst} OR start_timestamp > time_before OR shown < shown_before)`;
  return sql`
    SELECT series, timestamp, low_point, high_point,
      if(${beganAnew}, shown, shown - shown_before) AS added,
      if(${beganAnew}, sum_shown, sum_shown - sum_shown_before) AS sum_added
    FROM (
      SELECT series, timestamp, start_timestamp,
        ${count} AS shown, ${sum} AS sum_shown, ${extremes},
        lagInFrame(timestamp) OVER before AS time_before,
        lagInFrame(${count}) OVER before AS shown_before,
        lagInFrame(${sum}) OVER before AS sum_shown_before
      FROM ${pointsTable(scope.info.type)}
      WHERE ${inScope(scope, readFromMs)}
      WINDOW before AS (
        PARTITION BY series ORDER BY timestamp ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    )
    WHERE NOT (${isFirst} AND start_timestamp < ${atMs(readFromMs)})`;
}

interface PointColumns {
  readonly count: Sql;
  readonly sum: Sql;
  readonly extremes: Sql;
}

/** What a point counts, the sum beside it, and its extremes; `presence` says which were sent. */
function pointColumns(info: MetricInfo): PointColumns {
  const none = sql`NULL AS low_point, NULL AS high_point`;
  if (info.type === 'sum') return { count: sql`value`, sum: sql`toFloat64(0)`, extremes: none };
  const count = sql`toFloat64(count)`;
  if (info.type === 'summary') return { count, sum: sql`sum`, extremes: none };
  return {
    count,
    sum: sql`sum`,
    extremes: sql`if(bitAnd(presence, 2) = 2, min, NULL) AS low_point,
      if(bitAnd(presence, 4) = 4, max, NULL) AS high_point`,
  };
}

function inScope(scope: PointsScope, fromMs: number): Sql {
  return sql`tenant = ${param.string(scope.tenant)} AND metric = ${param.string(scope.info.name)}
    AND timestamp >= ${atMs(fromMs)} AND timestamp < ${atMs(scope.steps.toMs)} AND ${HAS_VALUE}`;
}

function stepIndex({ fromMs, stepMs }: TimeSteps): Sql {
  return sql`toUInt32(intDiv(toUnixTimestamp64Milli(timestamp) - ${param.int64(fromMs)},
    ${param.int64(stepMs)}))`;
}
