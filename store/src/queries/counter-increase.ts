import { z } from 'zod';
import { type Sql, sql } from '../client/sql.ts';
import type { MetricRange } from './metric-range.ts';

/** What a series of a counter added in a step. Divide by the seconds of the step for a rate. */
export interface CounterIncrease {
  /** Decimal text of `metric_series.series`. */
  readonly series: string;
  readonly stepUnixSeconds: number;
  readonly increase: number;
}

/** One row a series and step in which it had points, from the roll-up `metric_samples_5m`. */
export const counterIncreaseRow: z.ZodType<CounterIncrease> = z
  .object({ series_id: z.string(), step: z.number(), increase: z.number() })
  .transform(({ series_id: series, step: stepUnixSeconds, increase }) => ({
    series,
    stepUnixSeconds,
    increase,
  }));

/**
 * What was counted within windows and between neighbouring ones. A counter that began anew (its
 * start lies after the last point before, or it fell) added all it shows. Growth before the first
 * row of a series whose counter began before the range is not counted. Windows are there two
 * minutes after they are over; what is newer is in `metric_samples` alone.
 */
export function counterIncrease(range: MetricRange): Sql {
  return sql`
    SELECT toString(series) AS series_id, ${range.step()} AS step, sum(added) AS increase
    FROM (
      SELECT series, time, increase + multiIf(
        temporality = 1, 0.,
        place = 1, if(${range.isBorn()}, first_value, 0.),
        first_start > time_before OR first_value < value_before, first_value,
        first_value - value_before) AS added
      FROM (
        SELECT *,
          row_number() OVER neighbours AS place,
          lagInFrame(last_time) OVER neighbours AS time_before,
          lagInFrame(last_value) OVER neighbours AS value_before
        FROM metric_samples_5m FINAL
        WHERE ${range.rows()} AND (temporality = 1 OR (temporality = 2 AND is_monotonic = 1))
        WINDOW neighbours AS (PARTITION BY series ORDER BY time
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
      )
    )
    WHERE ${range.isInside()}
    GROUP BY series, step
    ORDER BY series, step`;
}
