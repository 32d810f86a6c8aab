import { joinSql, param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { MetricAggregation } from '../api/contract/index.ts';
import { atMs } from '../instant-sql.ts';
import { ANSWER_LIMITS } from '../limits.ts';
import type { StoreQuery } from '../store-reader.ts';
import { type MetricScope, ofMetric } from './catalogue-queries.ts';
import { labelText } from './label-sql.ts';
import { type MetricShape, metricShape } from './metric-shape.ts';
import { type PointsScope, pointsTable, seriesSteps } from './points-sql.ts';

export interface SeriesRow {
  /** A value a key that was grouped by. */
  readonly label: readonly string[];
  readonly step_indexes: readonly number[];
  readonly results: readonly number[];
  readonly series_total: number;
}

const SeriesRowSchema: z.ZodType<SeriesRow> = z.object({
  label: z.array(z.string()),
  step_indexes: z.array(z.number()),
  results: z.array(z.number()),
  series_total: uint64Number,
});

export interface SeriesWish {
  readonly metric: MetricScope;
  readonly points: PointsScope;
  readonly aggregation: MetricAggregation;
  /** Label keys; none puts all series into one. */
  readonly groupBy: readonly string[];
}

/** A row a group of series, the largest first, at most `seriesMax`; `series_total` counts all. */
export function seriesQuery(wish: SeriesWish): StoreQuery<SeriesRow> {
  return {
    summary: 'SELECT metric points',
    row: SeriesRowSchema,
    sql: sql`
      SELECT label, groupArray(step) AS step_indexes, groupArray(result) AS results,
        count() OVER () AS series_total
      FROM (
        SELECT label, step, assumeNotNull(${aggregate(wish)}) AS result
        FROM (${seriesSteps(wish.points)}) AS points
        INNER JOIN (
          ${labelsOf(wish.metric, wish.groupBy)}
        ) AS labels ON points.series = labels.series
        GROUP BY label, step
        HAVING isFinite(ifNull(${aggregate(wish)}, nan))
      )
      GROUP BY label
      ORDER BY max(result) DESC, label
      LIMIT ${param.uint64(ANSWER_LIMITS.seriesMax)}`,
  };
}

/** A row a series that meets the conditions, with the labels that it is grouped by. */
export function labelsOf(metric: MetricScope, groupBy: readonly string[]): Sql {
  const texts = groupBy.map((key) => labelText(key, metric));
  const label = texts.length === 0 ? sql`emptyArrayString()` : sql`[${joinSql(texts, ', ')}]`;
  return sql`SELECT series, any(${label}) AS label FROM metric_series
    WHERE ${ofMetric(metric)} GROUP BY series`;
}

/** Over the series of one group and step; the columns are those of `seriesSteps`. */
function aggregate({ aggregation, points }: SeriesWish): Sql {
  const seconds = sql`(${param.uint64(points.steps.stepMs)} / 1000)`;
  const count = sql`toFloat64(uniqExact(points.series))`;
  const byShape: Record<MetricShape, Partial<Record<MetricAggregation, Sql>>> = {
    level: {
      avg: sql`sum(total) / sum(points)`,
      sum: sql`sum(mean)`,
      min: sql`min(low)`,
      max: sql`max(high)`,
      count,
    },
    counter: {
      avg: sql`avg(increase)`,
      sum: sql`sum(increase)`,
      min: sql`min(increase)`,
      max: sql`max(increase)`,
      rate: sql`sum(increase) / ${seconds}`,
      increase: sql`sum(increase)`,
      count,
    },
    distribution: {
      avg: sql`sum(sum_increase) / sum(increase)`,
      sum: sql`sum(sum_increase)`,
      min: sql`min(low)`,
      max: sql`max(high)`,
      rate: sql`sum(increase) / ${seconds}`,
      increase: sql`sum(increase)`,
      count,
    },
  };
  return byShape[metricShape(points.info)][aggregation] ?? sql`NULL`;
}

export interface IntervalRow {
  readonly interval_ms: number | null;
}

const IntervalRowSchema: z.ZodType<IntervalRow> = z.object({ interval_ms: z.number().nullable() });

/** Series that are looked at to find out how often points come. */
const SAMPLED_SERIES = 20;

/** Milliseconds between two points of a series, the median; null when no series has two. */
export function intervalQuery(
  metric: MetricScope,
  type: PointsScope['info']['type'],
): StoreQuery<IntervalRow> {
  return {
    summary: 'SELECT metric points interval',
    row: IntervalRowSchema,
    sql: sql`
      SELECT if(count() = 0, NULL, quantile(0.5)(spacing)) AS interval_ms
      FROM (
        SELECT (toUnixTimestamp64Milli(max(timestamp)) - toUnixTimestamp64Milli(min(timestamp)))
          / (count() - 1) AS spacing
        FROM ${pointsTable(type)}
        WHERE tenant = ${param.string(metric.tenant)} AND metric = ${param.string(metric.name)}
          AND timestamp >= ${atMs(metric.range.from)} AND timestamp < ${atMs(metric.range.to)}
          AND series IN (SELECT DISTINCT series FROM metric_series WHERE ${ofMetric(metric)}
            LIMIT ${param.uint64(SAMPLED_SERIES)})
        GROUP BY series
        HAVING count() > 1
      )`,
  };
}
