import { column } from './columns.ts';
import {
  dueRows,
  JOB_SETTINGS,
  metricRollupTable,
  ROLLUP_SCHEDULE,
  type RolledUpTable,
  WINDOW,
} from './metric-windows-5m.ts';
import type { SchemaOptions, TableDefinition, ViewDefinition } from './table.ts';

/**
 * Histograms of both kinds in five minutes, written by `metric_histograms_5m_job` and
 * `metric_exponential_histograms_5m_job`. A bucket is named by its upper bound, `inf` the last
 * one's, and stands in `..._bounds` only when it was added to; exponential buckets are brought to a
 * scale of 2 at the most (19 % wide, as those of `red_1m`), so that other scales meet at the same
 * bounds. `increase_...` is what was counted from the first to the last point of the window,
 * restarts included; of delta histograms all that was sent. What cumulative ones counted between
 * windows is found when read (`histogramIncrease`), from `first_...` and `last_...`. `value_min` and
 * `value_max` are what delta ones sent (inf and -inf without).
 */
export function metricHistograms5mTable(options: SchemaOptions): TableDefinition {
  const columns = ['first', 'last', 'increase'].flatMap((prefix) => [
    column(`${prefix}_count`, 'Int64', 'T64, ZSTD(1)'),
    column(`${prefix}_sum`, 'Float64'),
    column(`${prefix}_bounds`, 'Array(Float64)'),
    column(`${prefix}_counts`, 'Array(Int64)'),
  ]);
  return metricRollupTable(
    {
      name: 'metric_histograms_5m',
      columns: [column('value_min', 'Float64'), column('value_max', 'Float64'), ...columns],
    },
    options,
  );
}

/** The coarsest scale at which buckets are kept. */
const SCALE_MAX = 2;

/**
 * Buckets of a row of `metric_histograms` as a pair of arrays, upper bounds (`inf` the last one's)
 * and counts: as many bounds as counts whatever was sent, none of them NaN.
 */
export const EXPLICIT_BUCKETS: string = `arrayReduce('sumMap', [arrayResize(
      arrayMap(b -> if(isNaN(b), inf, b), explicit_bounds), length(bucket_counts), inf)],
      [arrayMap(c -> toInt64(c), bucket_counts)])`;

export function metricHistograms5mJob(options: SchemaOptions): ViewDefinition {
  return histogramJob('metric_histograms', EXPLICIT_BUCKETS, options);
}

export function metricExponentialHistograms5mJob(options: SchemaOptions): ViewDefinition {
  return histogramJob('metric_exponential_histograms', exponentialBuckets(SCALE_MAX), options);
}

/** The same of `metric_exponential_histograms`, of no finer scale: others meet at the same bounds. */
export function exponentialBuckets(scaleMax: number): string {
  const shift = `least(greatest(toInt64(scale) - ${scaleMax}, 0), 62)`;
  const width = `exp2(least(scale, ${scaleMax}))`;
  const place = (offset: string): string => `bitShiftRight(toInt64(${offset}) + i - 1, ${shift})`;
  const bounds = (side: string, bound: string): string =>
    `arrayMap(i -> ${bound}, arrayEnumerate(${side}_bucket_counts))`;
  return `arrayReduce('sumMap', [arrayConcat(
        ${bounds('negative', `-exp2(${place('negative_offset')} / ${width})`)},
        [0.],
        ${bounds('positive', `exp2((${place('positive_offset')} + 1) / ${width})`)})],
      [arrayMap(c -> toInt64(c),
        arrayConcat(negative_bucket_counts, [zero_count], positive_bucket_counts))])`;
}

function histogramJob(
  table: RolledUpTable,
  buckets: string,
  options: SchemaOptions,
): ViewDefinition {
  const sent = (bit: number, name: string, otherwise: string): string =>
    `if(bitAnd(p.presence, ${bit}) != 0 AND p.temporality = 1 AND isFinite(p.${name}), ` +
    `p.${name}, ${otherwise})`;
  const end = (prefix: string, function_: string): string =>
    ['count', 'sum', 'bounds', 'counts']
      .map((name) => `${function_}(p.${name}, p.timestamp) AS ${prefix}_${name},\n  `)
      .join('');
  return {
    name: `${table}_5m_job`,
    target: 'metric_histograms_5m',
    refresh: ROLLUP_SCHEDULE,
    select: `SELECT
  tenant, metric, series, time,
  '${table}' AS source,
  toUnixTimestamp64Milli(now64(3)) AS version,
  max(p.temporality) AS temporality,
  toUInt8(1) AS is_monotonic,
  count() AS points,
  min(p.timestamp) AS first_time,
  argMin(p.start_timestamp, p.timestamp) AS first_start,
  max(p.timestamp) AS last_time,
  min(${sent(2, 'min', 'inf')}) AS value_min,
  max(${sent(4, 'max', '-inf')}) AS value_max,
  ${end('first', 'argMin')}${end('last', 'argMax')}sum(p.step * p.count
    - p.back * p.count_before) AS increase_count,
  sum(p.step * p.sum - p.back * p.sum_before) AS increase_sum,
  (sumMap(
    arrayConcat(p.bounds, p.bounds_before),
    arrayConcat(arrayMap(c -> p.step * c, p.counts), arrayMap(c -> -p.back * c, p.counts_before))
  ) AS increase).1 AS increase_bounds,
  increase.2 AS increase_counts
FROM (
  SELECT *,
    toInt64(temporality = 1 OR (temporality = 2 AND place > 1)) AS step,
    toInt64(temporality = 2 AND place > 1
      AND start_timestamp <= time_before AND count >= count_before) AS back
  FROM (
    SELECT
      tenant, metric, series, timestamp, start_timestamp, temporality, presence, min, max,
      toInt64(count) AS count,
      if(isFinite(sum), sum, 0.) AS sum,
      ${buckets} AS folded,
      folded.1 AS bounds,
      folded.2 AS counts,
      ${WINDOW} AS time,
      row_number() OVER neighbours AS place,
      lagInFrame(timestamp) OVER neighbours AS time_before,
      lagInFrame(count) OVER neighbours AS count_before,
      lagInFrame(sum) OVER neighbours AS sum_before,
      lagInFrame(bounds) OVER neighbours AS bounds_before,
      lagInFrame(counts) OVER neighbours AS counts_before
    ${dueRows(table, options)}
    WINDOW neighbours AS (PARTITION BY tenant, metric, series, ${WINDOW}
      ORDER BY timestamp ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
  )
) AS p
GROUP BY tenant, metric, series, time
${JOB_SETTINGS}`,
  };
}
