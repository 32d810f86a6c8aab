import { column, LOW_CARDINALITY, NANOSECONDS, SECONDS, TENANT } from './columns.ts';
import {
  type SchemaOptions,
  TABLE_SETTINGS,
  type TableDefinition,
  type ViewDefinition,
} from './table.ts';

/**
 * Gauges and sums in five minutes, filled by `metric_samples_5m_mv`. Every column folds in any order
 * of its blocks, so late and out-of-order points land right; a counter's increase is found when
 * read, between neighbouring rows (docs/store.md). Points without a finite value are left out.
 * Several rows a key until merged: aggregate again.
 */
export function metricSamples5mTable(options: SchemaOptions): TableDefinition {
  return {
    name: 'metric_samples_5m',
    columns: [
      TENANT,
      column('metric', LOW_CARDINALITY),
      column('series', 'UInt64'),
      column('time', SECONDS, 'DoubleDelta, ZSTD(1)'),
      column('points', 'SimpleAggregateFunction(sum, UInt64)'),
      column('value_sum', 'SimpleAggregateFunction(sum, Float64)'),
      column('value_min', 'SimpleAggregateFunction(min, Float64)'),
      column('value_max', 'SimpleAggregateFunction(max, Float64)'),
      column('value_first', `AggregateFunction(argMin, Float64, ${NANOSECONDS})`),
      column('value_last', `AggregateFunction(argMax, Float64, ${NANOSECONDS})`),
    ],
    indexes: [],
    engine: 'AggregatingMergeTree',
    partitionBy: 'toDate(time)',
    orderBy: '(tenant, metric, series, time)',
    ttl: `time + toIntervalDay(${options.rollupRetentionDays})`,
    settings: TABLE_SETTINGS,
  };
}

export function metricSamples5mView(options: SchemaOptions): ViewDefinition {
  return {
    name: 'metric_samples_5m_mv',
    target: 'metric_samples_5m',
    select: `SELECT
  tenant,
  metric,
  series,
  toStartOfFiveMinutes(toDateTime(timestamp, 'UTC')) AS time,
  count() AS points,
  sum(value) AS value_sum,
  min(value) AS value_min,
  max(value) AS value_max,
  argMinState(value, timestamp) AS value_first,
  argMaxState(value, timestamp) AS value_last
FROM ${options.database}.metric_samples
WHERE value_type != 0 AND isFinite(value)
GROUP BY tenant, metric, series, time`,
  };
}
