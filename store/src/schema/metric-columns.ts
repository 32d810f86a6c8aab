import {
  column,
  LOW_CARDINALITY,
  NANOSECONDS,
  RAW_PARTITION,
  RAW_TTL,
  RETENTION_DAYS,
  TENANT,
  TIME_COLUMNS,
} from './columns.ts';
import { type ColumnDefinition, TABLE_SETTINGS, type TableDefinition } from './table.ts';

/** What the points of every kind have; `series` names a row of `metric_series`. */
const POINT_COLUMNS: readonly ColumnDefinition[] = [
  TENANT,
  column('metric', LOW_CARDINALITY),
  column('series', 'UInt64'),
  column('timestamp', NANOSECONDS, 'DoubleDelta, ZSTD(1)'),
  ...TIME_COLUMNS.slice(1),
  column('start_timestamp', NANOSECONDS, 'DoubleDelta, ZSTD(1)'),
  column('flags', 'UInt32'),
];

/**
 * How points of one series add up: copies of `metric_series.temporality` (0 gauge, 1 delta, 2
 * cumulative) and `is_monotonic`, because a view on points sees no other table. Rows stored before
 * schema version 2 have 0.
 */
export const ACCUMULATION_COLUMNS: readonly ColumnDefinition[] = [
  column('temporality', 'UInt8'),
  column('is_monotonic', 'UInt8'),
];

/** A table of points: ordered by series, a day and retention class a partition. */
export function pointTable(name: string, columns: readonly ColumnDefinition[]): TableDefinition {
  return {
    name,
    columns: [...POINT_COLUMNS, ...columns, RETENTION_DAYS],
    indexes: [],
    engine: 'MergeTree',
    partitionBy: RAW_PARTITION,
    orderBy: '(tenant, metric, series, timestamp)',
    ttl: RAW_TTL,
    settings: TABLE_SETTINGS,
  };
}

/** Count, sum, min and max of both kinds of histogram; `presence` says which were sent. */
export const DISTRIBUTION_COLUMNS: readonly ColumnDefinition[] = [
  column('presence', 'UInt8'),
  column('count', 'UInt64', 'T64, ZSTD(1)'),
  column('sum', 'Float64'),
  column('min', 'Float64'),
  column('max', 'Float64'),
];
