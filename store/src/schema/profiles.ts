import {
  attributeColumns,
  column,
  LOW_CARDINALITY,
  RAW_PARTITION,
  RAW_TTL,
  RESOURCE_COLUMNS,
  RETENTION_DAYS,
  SCOPE_COLUMNS,
  SECONDS,
  STRING,
  TENANT,
  TIME_COLUMNS,
} from './columns.ts';
import { type ColumnDefinition, TABLE_SETTINGS, type TableDefinition } from './table.ts';

/** Attributes of a profile's parts, each with the unit it may have. */
const ATTRIBUTE_COLUMNS: readonly ColumnDefinition[] = [
  ...attributeColumns('').slice(0, 2),
  column('attribute_units', `Array(${LOW_CARDINALITY})`),
];

/** One row a `Profile`: what holds for all of its samples. */
export function profilesTable(): TableDefinition {
  return {
    name: 'profiles',
    columns: [
      TENANT,
      ...TIME_COLUMNS,
      column('duration_ns', 'UInt64', 'T64, ZSTD(1)'),
      column('profile_id', 'FixedString(16)'),
      column('sample_type', LOW_CARDINALITY),
      column('sample_unit', LOW_CARDINALITY),
      column('period_type', LOW_CARDINALITY),
      column('period_unit', LOW_CARDINALITY),
      column('period', 'Int64'),
      column('samples', 'UInt32'),
      column('original_payload_format', LOW_CARDINALITY),
      column('original_payload', STRING, 'ZSTD(3)'),
      ...RESOURCE_COLUMNS,
      ...SCOPE_COLUMNS,
      ...ATTRIBUTE_COLUMNS,
      column('dropped_attributes_count', 'UInt32'),
      RETENTION_DAYS,
    ],
    indexes: [],
    engine: 'MergeTree',
    partitionBy: RAW_PARTITION,
    orderBy: '(tenant, service, sample_type, timestamp)',
    ttl: RAW_TTL,
    settings: TABLE_SETTINGS,
  };
}

/**
 * One row a `Sample`. `timestamp` is its profile's; `values` and `timestamps_unix_nano` are as sent,
 * and `value` is what a flame graph adds up: the sum of the values, or the number of timestamps where
 * no values were sent. `stack` names a row of `profile_stacks`, 0 none. Ids are zero without a link.
 */
export function profileSamplesTable(): TableDefinition {
  return {
    name: 'profile_samples',
    columns: [
      TENANT,
      ...TIME_COLUMNS,
      column('profile_id', 'FixedString(16)'),
      column('sample_type', LOW_CARDINALITY),
      column('sample_unit', LOW_CARDINALITY),
      column('stack', 'UInt64'),
      column('value', 'Int64', 'T64, ZSTD(1)'),
      column('values', 'Array(Int64)'),
      column('timestamps_unix_nano', 'Array(UInt64)', 'ZSTD(1)'),
      column('trace_id', 'FixedString(16)'),
      column('span_id', 'FixedString(8)'),
      ...RESOURCE_COLUMNS,
      ...ATTRIBUTE_COLUMNS,
      RETENTION_DAYS,
    ],
    indexes: ['INDEX i_trace_id trace_id TYPE bloom_filter(0.01) GRANULARITY 1'],
    engine: 'MergeTree',
    partitionBy: RAW_PARTITION,
    orderBy: '(tenant, service, sample_type, toStartOfFiveMinutes(timestamp), stack, timestamp)',
    ttl: RAW_TTL,
    settings: TABLE_SETTINGS,
  };
}

/** A row a content and day in which a sample named it: the same whenever it is written. */
function dictionaryTable(
  name: string,
  key: string,
  columns: readonly ColumnDefinition[],
): TableDefinition {
  return {
    name,
    columns: [
      TENANT,
      column(key, 'UInt64'),
      column('bucket', SECONDS, 'Delta, ZSTD(1)'),
      ...columns,
      RETENTION_DAYS,
    ],
    indexes: [],
    engine: 'ReplacingMergeTree',
    partitionBy: '(toDate(bucket), retention_days)',
    orderBy: `(tenant, ${key}, bucket)`,
    ttl: 'bucket + toIntervalDay(retention_days + 2)',
    settings: TABLE_SETTINGS,
  };
}

/**
 * Stacks, the leaf first. `frames` has a text for every line of every location (inlined functions
 * are frames of their own): the function's name, else file and address. `locations` names rows of
 * `profile_locations`. Read with `LIMIT 1 BY tenant, stack`.
 */
export function profileStacksTable(): TableDefinition {
  return dictionaryTable('profile_stacks', 'stack', [
    column('frames', `Array(${LOW_CARDINALITY})`),
    column('locations', 'Array(UInt64)'),
  ]);
}

/** Locations; line i of an address is function i. `mapping` names a row of `profile_mappings`. */
export function profileLocationsTable(): TableDefinition {
  return dictionaryTable('profile_locations', 'location', [
    column('mapping', 'UInt64'),
    column('address', 'UInt64'),
    column('function_names', `Array(${LOW_CARDINALITY})`),
    column('function_system_names', `Array(${LOW_CARDINALITY})`),
    column('function_filenames', `Array(${LOW_CARDINALITY})`),
    column('function_start_lines', 'Array(Int64)'),
    column('lines', 'Array(Int64)'),
    column('columns', 'Array(Int64)'),
    ...ATTRIBUTE_COLUMNS,
  ]);
}

export function profileMappingsTable(): TableDefinition {
  return dictionaryTable('profile_mappings', 'mapping', [
    column('memory_start', 'UInt64'),
    column('memory_limit', 'UInt64'),
    column('file_offset', 'UInt64'),
    column('filename', LOW_CARDINALITY),
    ...ATTRIBUTE_COLUMNS,
  ]);
}
