import { param, sql } from '@sonde/store';
import { z } from 'zod';
import { ANSWER_LIMITS } from '../limits.ts';
import type { StoreQuery } from '../store-reader.ts';
import { bucketSteps, SCALE_MAX } from './buckets-sql.ts';
import type { MetricScope } from './catalogue-queries.ts';
import { inPoints, type PointsScope } from './points-sql.ts';
import { labelsOf } from './series-queries.ts';

/** What the series of a group counted in a step, by bucket. */
export interface BucketsRow {
  readonly label: readonly string[];
  readonly step: number;
  /** Upper bounds, ascending, finite. */
  readonly bounds: readonly number[];
  /** One more than bounds: the last is of what lies above the last of them. */
  readonly counts: readonly number[];
  readonly groups: number;
}

const count = z.coerce.number();

const BucketsRowSchema: z.ZodType<BucketsRow> = z.object({
  label: z.array(z.string()),
  step: z.number(),
  bounds: z.array(z.number()),
  counts: z.array(count),
  groups: count,
});

export interface BucketsWish {
  readonly metric: MetricScope;
  readonly points: PointsScope;
  readonly groupBy: readonly string[];
}

/** A row a group of series and step, of the groups with most observations. */
export function bucketsQuery({ metric, points, groupBy }: BucketsWish): StoreQuery<BucketsRow> {
  return {
    summary: 'SELECT histogram points',
    row: BucketsRowSchema,
    sql: sql`
      SELECT label, step,
        arrayFilter(b -> isFinite(b), all_bounds) AS bounds,
        arrayConcat(
          arrayMap(c -> toString(greatest(c, 0)),
            arrayFilter((c, b) -> isFinite(b), all_counts, all_bounds)),
          [toString(greatest(arraySum(arrayFilter((c, b) -> b > 0 AND NOT isFinite(b),
            all_counts, all_bounds)), 0))]) AS counts,
        max(place) OVER () AS groups
      FROM (
        SELECT label, step, all_bounds, all_counts,
          dense_rank() OVER (ORDER BY of_group DESC, label) AS place
        FROM (
          SELECT label, step, (sumMap(bounds, counts) AS folded).1 AS all_bounds,
            folded.2 AS all_counts,
            sum(arraySum(all_counts)) OVER (PARTITION BY label) AS of_group
          FROM (${bucketSteps(points)}) AS points
          INNER JOIN (${labelsOf(metric, groupBy)}) AS labels ON points.series = labels.series
          GROUP BY label, step
        )
      )
      WHERE place <= ${param.uint64(ANSWER_LIMITS.seriesMax)}
      ORDER BY place, step`,
  };
}

export interface EdgesRow {
  readonly bounds: readonly number[];
  readonly scale: number;
}

const EdgesRowSchema: z.ZodType<EdgesRow> = z.object({
  bounds: z.array(z.number()),
  scale: z.coerce.number(),
});

/** Points that are looked at for the bounds of their buckets. */
const SAMPLED_POINTS = 2000;

/** Bounds of explicit buckets, or the coarsest scale of exponential ones, of some points. */
export function edgesQuery(points: PointsScope): StoreQuery<EdgesRow> {
  const isExplicit = points.info.type === 'histogram';
  const columns = isExplicit
    ? sql`explicit_bounds, toInt32(0) AS scale`
    : sql`emptyArrayFloat64() AS explicit_bounds, scale`;
  const table = isExplicit ? sql`metric_histograms` : sql`metric_exponential_histograms`;
  return {
    summary: 'SELECT histogram bounds',
    row: EdgesRowSchema,
    sql: sql`
      SELECT arraySort(arrayFilter(b -> isFinite(b), groupUniqArrayArray(explicit_bounds))) AS bounds,
        min(least(scale, ${param.int64(SCALE_MAX)})) AS scale
      FROM (
        SELECT ${columns} FROM ${table}
        WHERE ${inPoints(points, points.steps.fromMs)}
        LIMIT ${param.uint64(SAMPLED_POINTS)}
      )`,
  };
}
