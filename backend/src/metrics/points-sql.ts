import { param, type Sql, sql } from '@sonde/store';
import type { MetricInfo, MetricType } from '../api/contract/index.ts';
import { atMs } from '../instant-sql.ts';
import type { TimeSteps } from '../time-steps.ts';
import { type MetricShape, metricShape } from './metric-shape.ts';
import { type RollupPart, rolledUpSteps } from './rollup-sql.ts';

/** Points of one metric in steps; those within `lookbackMs` before only say where counters stood. */
export interface PointsScope {
  readonly tenant: string;
  readonly info: MetricInfo;
  readonly steps: TimeSteps;
  readonly lookbackMs: number;
  /** What roll-ups answer of it. */
  readonly rollup?: RollupPart | undefined;
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
  const { rollup } = scope;
  if (rollup === undefined) return pointSteps(scope, scope.steps.fromMs);
  const rolled = rolledUpSteps(rollup, scope);
  if (rollup.cutMs >= scope.steps.toMs) return rolled;
  const columns = COLUMNS[metricShape(scope.info)];
  return sql`SELECT ${columns} FROM (${rolled})
    UNION ALL SELECT ${columns} FROM (${pointSteps(scope, rollup.cutMs)})`;
}

const COLUMNS: Readonly<Record<MetricShape, Sql>> = {
  level: sql`series, step, total, mean, low, high, points`,
  counter: sql`series, step, increase, sum_increase`,
  distribution: sql`series, step, increase, sum_increase, low, high`,
};

function pointSteps(scope: PointsScope, fromMs: number): Sql {
  const shape = metricShape(scope.info);
  if (shape === 'level') return levelSteps(scope, fromMs);
  const increases = isCumulative(scope.info)
    ? cumulativePoints(scope, fromMs)
    : deltaPoints(scope, fromMs);
  const extremes =
    shape === 'counter' ? sql`` : sql`, min(low_point) AS low, max(high_point) AS high`;
  return sql`
    SELECT series, ${stepIndex(scope.steps)} AS step,
      sum(added) AS increase, sum(sum_added) AS sum_increase ${extremes}
    FROM (${increases})
    WHERE timestamp >= ${atMs(fromMs)}
    GROUP BY series, step`;
}

/** Summaries have no temporality: OTLP defines them as cumulative. */
export function isCumulative(info: MetricInfo): boolean {
  return info.temporality === 'cumulative' || info.type === 'summary';
}

function levelSteps(scope: PointsScope, fromMs: number): Sql {
  return sql`
    SELECT series, ${stepIndex(scope.steps)} AS step,
      sum(value) AS total, avg(value) AS mean, min(value) AS low, max(value) AS high,
      count() AS points
    FROM metric_samples
    WHERE ${inPoints(scope, fromMs)}
    GROUP BY series, step`;
}

function deltaPoints(scope: PointsScope, fromMs: number): Sql {
  const { count, sum, extremes } = pointColumns(scope.info);
  return sql`
    SELECT series, timestamp, ${count} AS added, ${sum} AS sum_added, ${extremes}
    FROM ${pointsTable(scope.info.type)}
    WHERE ${inPoints(scope, fromMs)}`;
}

/**
 * What each point added to the one before. A counter that began anew (its start lies after the
 * point before, or it fell) added all it shows. The first point of a series is a base alone, unless
 * the counter began after the earliest point that was read.
 */
function cumulativePoints(scope: PointsScope, fromMs: number): Sql {
  const readFromMs = fromMs - scope.lookbackMs;
  const { count, sum, extremes } = pointColumns(scope.info);
  const beganAnew = sql`(${IS_FIRST} OR start_timestamp > time_before OR shown < shown_before)`;
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
      WHERE ${inPoints(scope, readFromMs)}
      WINDOW before AS (
        PARTITION BY series ORDER BY timestamp ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    )
    WHERE ${beginsInside(readFromMs)}`;
}

const IS_FIRST = sql`toUnixTimestamp64Nano(time_before) = 0`;

/** Not a series' first point, unless it shows what was added since that time alone. */
export function beginsInside(readFromMs: number): Sql {
  return sql`NOT (${IS_FIRST} AND start_timestamp < ${atMs(readFromMs)})`;
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

export function inPoints(scope: PointsScope, fromMs: number): Sql {
  return sql`tenant = ${param.string(scope.tenant)} AND metric = ${param.string(scope.info.name)}
    AND timestamp >= ${atMs(fromMs)} AND timestamp < ${atMs(scope.steps.toMs)} AND ${HAS_VALUE}`;
}

export function stepIndex({ fromMs, stepMs }: TimeSteps): Sql {
  return sql`toUInt32(intDiv(toUnixTimestamp64Milli(timestamp) - ${param.int64(fromMs)},
    ${param.int64(stepMs)}))`;
}
