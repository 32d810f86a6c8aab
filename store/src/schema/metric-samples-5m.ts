import { column } from './columns.ts';
import {
  dueRows,
  JOB_SETTINGS,
  metricRollupTable,
  ROLLUP_SCHEDULE,
  WINDOW,
} from './metric-windows-5m.ts';
import type { SchemaOptions, TableDefinition, ViewDefinition } from './table.ts';

/**
 * Gauges and sums in five minutes, written by `metric_samples_5m_job`. Gauges: `value_min`,
 * `value_max`, `value_sum / points`, `last_value`. Counters: `increase` is what they counted from
 * the first to the last point of the window, restarts included; of delta sums all that was sent.
 * What they counted between windows is found when read (`counterIncrease`). Points without a finite
 * value are left out.
 */
export function metricSamples5mTable(options: SchemaOptions): TableDefinition {
  const columns = [
    column('value_sum', 'Float64'),
    column('value_min', 'Float64'),
    column('value_max', 'Float64'),
    column('first_value', 'Float64'),
    column('last_value', 'Float64'),
    column('increase', 'Float64'),
  ];
  return metricRollupTable({ name: 'metric_samples_5m', columns }, options);
}

export function metricSamples5mJob(options: SchemaOptions): ViewDefinition {
  return {
    name: 'metric_samples_5m_job',
    target: 'metric_samples_5m',
    refresh: ROLLUP_SCHEDULE,
    select: `SELECT
  tenant, metric, series, time,
  'metric_samples' AS source,
  toUnixTimestamp64Milli(now64(3)) AS version,
  max(p.temporality) AS temporality,
  max(p.is_monotonic) AS is_monotonic,
  count() AS points,
  min(p.timestamp) AS first_time,
  argMin(p.start_timestamp, p.timestamp) AS first_start,
  max(p.timestamp) AS last_time,
  sum(p.value) AS value_sum,
  min(p.value) AS value_min,
  max(p.value) AS value_max,
  argMin(p.value, p.timestamp) AS first_value,
  argMax(p.value, p.timestamp) AS last_value,
  sum(multiIf(
    p.temporality = 1, p.value,
    p.temporality = 0 OR p.is_monotonic = 0 OR p.place = 1, 0.,
    p.start_timestamp > p.time_before OR p.value < p.value_before, p.value,
    p.value - p.value_before)) AS increase
FROM (
  SELECT
    tenant, metric, series, timestamp, start_timestamp, value, temporality, is_monotonic,
    ${WINDOW} AS time,
    row_number() OVER neighbours AS place,
    lagInFrame(timestamp) OVER neighbours AS time_before,
    lagInFrame(value) OVER neighbours AS value_before
  ${dueRows('metric_samples', options)}
  WINDOW neighbours AS (PARTITION BY tenant, metric, series, ${WINDOW}
    ORDER BY timestamp ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
) AS p
GROUP BY tenant, metric, series, time
${JOB_SETTINGS}`,
  };
}
