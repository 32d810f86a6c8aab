import { z } from 'zod';
import { uint64Number } from '../client/row-reader.ts';
import { type Sql, sql } from '../client/sql.ts';
import type { MetricRange } from './metric-range.ts';

/** What a series of a histogram added in a step. */
export interface HistogramIncrease {
  readonly series: string;
  readonly stepUnixSeconds: number;
  readonly count: number;
  readonly sum: number;
  /**
   * Upper bounds of the buckets that were added to, ascending, and how much. What lies above the
   * last bound of all is `count` less their sum.
   */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

export const histogramIncreaseRow: z.ZodType<HistogramIncrease> = z
  .object({
    series_id: z.string(),
    step: z.number(),
    added_count: z.number(),
    added_sum: z.number(),
    bounds: z.array(z.number()),
    counts: z.array(uint64Number),
  })
  .transform((row) => ({
    series: row.series_id,
    stepUnixSeconds: row.step,
    count: row.added_count,
    sum: row.added_sum,
    bounds: row.bounds,
    counts: row.counts,
  }));

/**
 * One row a series and step in which it had points, from the roll-up `metric_histograms_5m`; the
 * rules are those of `counterIncrease`. Where exponential buckets became coarser than the roll-up's,
 * what was counted finer before is taken out at its own bound: sums of buckets up to a bound of the
 * coarser scale are right.
 */
export function histogramIncrease(range: MetricRange): Sql {
  return sql`
    SELECT toString(series) AS series_id, ${range.step()} AS step,
      toFloat64(sum(increase_count + taken * first_count - back * count_before)) AS added_count,
      sum(increase_sum + taken * first_sum - back * sum_before) AS added_sum,
      arrayFilter(b -> b < inf, (sumMap(
        arrayConcat(increase_bounds, first_bounds, bounds_before),
        arrayConcat(
          increase_counts,
          arrayMap(c -> taken * c, first_counts),
          arrayMap(c -> -back * c, counts_before))) AS folded).1) AS bounds,
      arrayFilter((c, b) -> b < inf, folded.2, folded.1) AS counts
    FROM (
      SELECT *,
        toInt64(temporality = 2 AND (place > 1 OR ${range.isBorn()})) AS taken,
        toInt64(temporality = 2 AND place > 1
          AND first_start <= time_before AND first_count >= count_before) AS back
      FROM (
        SELECT *,
          row_number() OVER neighbours AS place,
          lagInFrame(last_time) OVER neighbours AS time_before,
          lagInFrame(last_count) OVER neighbours AS count_before,
          lagInFrame(last_sum) OVER neighbours AS sum_before,
          lagInFrame(last_bounds) OVER neighbours AS bounds_before,
          lagInFrame(last_counts) OVER neighbours AS counts_before
        FROM metric_histograms_5m FINAL
        WHERE ${range.rows()} AND temporality IN (1, 2)
        WINDOW neighbours AS (PARTITION BY series ORDER BY time
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
      )
    )
    WHERE ${range.isInside()}
    GROUP BY series, step
    ORDER BY series, step`;
}
