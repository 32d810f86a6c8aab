import {
  attributeColumns,
  column,
  LOW_CARDINALITY,
  NANOSECONDS,
  RAW_PARTITION,
  RAW_TTL,
  RETENTION_DAYS,
  TENANT,
} from './columns.ts';
import { TABLE_SETTINGS, type TableDefinition } from './table.ts';

/**
 * One row an exemplar of any point. `(tenant, metric, series, timestamp)` is its point's, and
 * `position` its place among the point's exemplars; `exemplar_timestamp` is its own time as sent.
 */
export function exemplarsTable(): TableDefinition {
  return {
    name: 'exemplars',
    columns: [
      TENANT,
      column('metric', LOW_CARDINALITY),
      column('series', 'UInt64'),
      column('timestamp', NANOSECONDS, 'DoubleDelta, ZSTD(1)'),
      column('position', 'UInt32'),
      column('exemplar_timestamp', NANOSECONDS),
      column('value', 'Float64'),
      column('int_value', 'Int64'),
      column('value_type', 'UInt8'),
      column('trace_id', 'FixedString(16)'),
      column('span_id', 'FixedString(8)'),
      ...attributeColumns('').slice(0, 2),
      RETENTION_DAYS,
    ],
    indexes: ['INDEX i_trace_id trace_id TYPE bloom_filter(0.01) GRANULARITY 1'],
    engine: 'MergeTree',
    partitionBy: RAW_PARTITION,
    orderBy: '(tenant, metric, series, timestamp)',
    ttl: RAW_TTL,
    settings: TABLE_SETTINGS,
  };
}
