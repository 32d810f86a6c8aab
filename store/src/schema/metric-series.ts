import {
  ATTRIBUTE_MAP,
  attributeColumns,
  column,
  LOW_CARDINALITY,
  RESOURCE_COLUMNS,
  RETENTION_DAYS,
  SCOPE_COLUMNS,
  SECONDS,
  TENANT,
} from './columns.ts';
import { TABLE_SETTINGS, type TableDefinition } from './table.ts';

/**
 * One row a series and hour in which it had points (`bucket` is the start of that hour). `series` is
 * the fingerprint of name, kind, unit, temporality, monotonicity, resource, scope, schema URLs and
 * point attributes. A row may be written more than once and is the same each time (the description
 * and metadata may be newer): read with `LIMIT 1 BY tenant, series`. `kind` is the field number in
 * OTLP's `Metric.data`: 5 gauge, 7 sum, 9 histogram, 10 exponential histogram, 11 summary, 0 none
 * (a metric without data has a row, series of it have no points).
 */
export function metricSeriesTable(): TableDefinition {
  return {
    name: 'metric_series',
    columns: [
      TENANT,
      column('metric', LOW_CARDINALITY),
      column('series', 'UInt64'),
      column('bucket', SECONDS, 'Delta, ZSTD(1)'),
      column('kind', 'UInt8'),
      column('temporality', 'UInt8'),
      column('is_monotonic', 'UInt8'),
      column('unit', LOW_CARDINALITY),
      column('description', LOW_CARDINALITY),
      column('metadata', ATTRIBUTE_MAP),
      column('metadata_types', 'Array(UInt8)'),
      ...attributeColumns('').slice(0, 2),
      ...RESOURCE_COLUMNS,
      ...SCOPE_COLUMNS,
      RETENTION_DAYS,
    ],
    indexes: [],
    engine: 'ReplacingMergeTree',
    partitionBy: '(toDate(bucket), retention_days)',
    orderBy: '(tenant, metric, series, bucket)',
    ttl: 'bucket + toIntervalDay(retention_days + 1)',
    settings: TABLE_SETTINGS,
  };
}
