import { param, type Sql, sql } from '@sonde/store';
import { CONNECTION_METRICS, countingSeriesSql } from './counting-series-sql.ts';
import { COUNTER_LOOKBACK_MS } from './limits.ts';
import { type MinuteJoin, seconds } from './minute-join.ts';

const MINUTE_MS = 60_000;
const NS_PER_S = 1e9;

/**
 * Histograms by upper bound as one, `(bounds, counts)`: every bound is there, those that counted
 * nothing too, for a bucket begins where the one below it ends.
 */
export function bucketsTogether(bounds: Sql, counts: Sql): Sql {
  return sql`(arraySort(groupUniqArrayArray(${bounds})) AS all_bounds,
    arrayMap(bound -> sumMap(${bounds}, ${counts}).2[
      indexOf(sumMap(${bounds}, ${counts}).1, bound)], all_bounds))`;
}

/**
 * What each series of round trips added in the minute, as its counters do (`connections-sql.ts`): a
 * row a series and set of bounds. Sums that are no number count as 0.
 */
export function roundTripsSql(join: MinuteJoin): Sql {
  const minute = seconds(join.minuteMs);
  const from = seconds(join.minuteMs - COUNTER_LOOKBACK_MS);
  return sql`
    SELECT tenant, series, arrayMap(bound -> toUInt64(round(bound * ${param.float64(NS_PER_S)})),
        explicit_bounds) AS bounds,
      arrayMap((n, place) -> n + if(place = length(bounds), one_more[place + 1], 0),
        arrayResize(sumForEach(added) AS one_more, length(bounds)), arrayEnumerate(bounds)) AS counts,
      sum(added_count) AS measures, sum(added_sum) * ${param.float64(NS_PER_S)} AS ns_sum
    FROM (
      SELECT tenant, series, explicit_bounds,
        multiIf(temporality = 1, 1,
          place = 1, if(start_timestamp >= ${from} AND timestamp > start_timestamp, 1, -1),
          start_timestamp > time_before OR count < count_before OR bounds_before != explicit_bounds,
          1, 0) AS is_whole,
        arrayMap((n, before) -> multiIf(is_whole = 1, toFloat64(n), is_whole = -1, 0.,
          greatest(toFloat64(n) - before, 0.)), bucket_counts,
          arrayResize(counts_before, length(bucket_counts))) AS added,
        multiIf(is_whole = 1, toFloat64(count), is_whole = -1, 0.,
          toFloat64(count) - count_before) AS added_count,
        multiIf(is_whole = 1, known_sum, is_whole = -1, 0.,
          greatest(known_sum - sum_before, 0.)) AS added_sum,
        timestamp
      FROM (
        SELECT *, row_number() OVER neighbours AS place,
          lagInFrame(timestamp) OVER neighbours AS time_before,
          lagInFrame(count) OVER neighbours AS count_before,
          lagInFrame(known_sum) OVER neighbours AS sum_before,
          lagInFrame(bucket_counts) OVER neighbours AS counts_before,
          lagInFrame(explicit_bounds) OVER neighbours AS bounds_before
        FROM (
          SELECT tenant, series, timestamp, start_timestamp, temporality, count, bucket_counts,
            explicit_bounds, if(isFinite(sum) AND sum >= 0, sum, 0.) AS known_sum
          FROM metric_histograms
          WHERE (tenant, metric, series) IN (
              SELECT tenant, metric, series FROM (${countingSeriesSql(join)}))
            AND metric = ${param.string(CONNECTION_METRICS.roundTrips)}
            AND timestamp >= ${from} AND timestamp < ${seconds(join.minuteMs + MINUTE_MS)}
            AND temporality IN (1, 2) AND bitAnd(flags, 1) = 0
        )
        WINDOW neighbours AS (PARTITION BY tenant, series ORDER BY timestamp
          ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
      )
    )
    WHERE timestamp >= ${minute}
    GROUP BY tenant, series, explicit_bounds`;
}
