import type { ColumnDefinition } from './table.ts';

export const STRING = 'String';
export const LOW_CARDINALITY = 'LowCardinality(String)';
export const ATTRIBUTE_MAP = 'Map(LowCardinality(String), String)';
/** Nanoseconds since the epoch. UTC, so that a partition's day never depends on a server's zone. */
export const NANOSECONDS = "DateTime64(9, 'UTC')";
export const SECONDS = "DateTime('UTC')";
/** Which instrumentation saw a row. */
export const ORIGIN = "Enum8('sdk' = 1, 'ebpf' = 2, 'derived' = 3)";
/**
 * Where `timestamp` comes from: as sent; the time of receipt, because the time rule moved the row
 * (`sent_unix_nano` then holds what was sent); or, for logs sent without a time, the time observed.
 */
export const TIME_SOURCE = "Enum8('sent' = 0, 'received' = 1, 'observed' = 2)";

const ZSTD = 'ZSTD(1)';

export function column(name: string, type: string, codec: string = ZSTD): ColumnDefinition {
  return { name, type, codec };
}

export const TENANT: ColumnDefinition = column('tenant', LOW_CARDINALITY);
export const RETENTION_DAYS: ColumnDefinition = column('retention_days', 'UInt16');

/** `timestamp` and what says how it relates to the time that was sent. */
export const TIME_COLUMNS: readonly ColumnDefinition[] = [
  column('timestamp', NANOSECONDS, 'Delta(8), ZSTD(1)'),
  column('time_source', TIME_SOURCE),
  column('sent_unix_nano', 'Int64'),
];

/** Who a row belongs to, from the resource's attributes (`store/src/identity`). */
export const IDENTITY_COLUMNS: readonly ColumnDefinition[] = [
  column('service', LOW_CARDINALITY),
  column('namespace', LOW_CARDINALITY),
  column('environment', LOW_CARDINALITY),
  column('cluster', LOW_CARDINALITY),
  column('host', LOW_CARDINALITY),
  column('instance', LOW_CARDINALITY),
];

export const RESOURCE_COLUMNS: readonly ColumnDefinition[] = [
  column('resource_fingerprint', 'UInt64'),
  column('resource_schema_url', LOW_CARDINALITY),
  ...IDENTITY_COLUMNS,
  column('origin', ORIGIN),
];

export const SCOPE_COLUMNS: readonly ColumnDefinition[] = [
  column('scope_name', LOW_CARDINALITY),
  column('scope_version', LOW_CARDINALITY),
  ...attributeColumns('scope_'),
  column('scope_schema_url', LOW_CARDINALITY),
];

/**
 * Attributes in the order sent, duplicates kept; values as text (arrays and key-value lists as
 * JSON, bytes as base64), with `AnyValueType` numbers beside, a number an entry of the map.
 */
export function attributeColumns(prefix: string): readonly ColumnDefinition[] {
  return [
    column(`${prefix}attributes`, ATTRIBUTE_MAP),
    column(`${prefix}attribute_types`, 'Array(UInt8)'),
    column(`${prefix}dropped_attributes_count`, 'UInt32'),
  ];
}

/** The same inside a Nested column. */
export function nestedAttributeColumns(prefix: string): readonly ColumnDefinition[] {
  return [
    column(`${prefix}attributes`, `Array(${ATTRIBUTE_MAP})`),
    column(`${prefix}attribute_types`, 'Array(Array(UInt8))'),
    column(`${prefix}dropped_attributes_count`, 'Array(UInt32)'),
  ];
}

/** Raw rows leave with their whole partition: a day of one retention class. */
export const RAW_PARTITION = '(toDate(timestamp), retention_days)';
/** A day longer than promised: a row at the edge may wait in the buffer before it gets here. */
export const RAW_TTL = 'toDateTime(timestamp) + toIntervalDay(retention_days + 1)';
