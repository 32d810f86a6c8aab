import {
  attributeColumns,
  column,
  LOW_CARDINALITY,
  NANOSECONDS,
  RAW_PARTITION,
  RAW_TTL,
  RESOURCE_COLUMNS,
  RETENTION_DAYS,
  SCOPE_COLUMNS,
  STRING,
  TENANT,
  TIME_COLUMNS,
} from './columns.ts';
import { attributeIndexes, bodyIndexes, TRACE_ID_INDEXES } from './search-index.ts';
import {
  type ColumnDefinition,
  RAW_TABLE_SETTINGS,
  type SchemaOptions,
  type TableDefinition,
} from './table.ts';

/** Finds the granules that hold an id: most ids are in few. */
export const LOG_PATTERN_INDEX = 'i_pattern_id pattern_id TYPE bloom_filter(0.01) GRANULARITY 1';

/**
 * One row a log record. `timestamp` is the record's time; where none was sent, the time observed
 * (`time_source` = 'observed'). `body` is text whatever was sent (JSON for nested values, base64 for
 * bytes) and `body_type` its `AnyValueType`, 0 when there was no body.
 */
export function logsTable(options: SchemaOptions): TableDefinition {
  return {
    name: 'logs',
    columns: LOG_COLUMNS,
    indexes: [
      ...TRACE_ID_INDEXES,
      ...attributeIndexes(options.searchIndex),
      ...bodyIndexes(options.searchIndex),
      'INDEX i_severity_number severity_number TYPE minmax GRANULARITY 1',
      `INDEX ${LOG_PATTERN_INDEX}`,
    ],
    engine: 'MergeTree',
    partitionBy: RAW_PARTITION,
    orderBy: '(tenant, toStartOfFiveMinutes(timestamp), service, timestamp)',
    ttl: RAW_TTL,
    settings: RAW_TABLE_SETTINGS,
  };
}

const LOG_COLUMNS: readonly ColumnDefinition[] = [
  TENANT,
  ...TIME_COLUMNS,
  column('observed_timestamp', NANOSECONDS, 'Delta(8), ZSTD(1)'),
  column('severity_number', 'UInt8'),
  column('severity_text', LOW_CARDINALITY),
  column('body', STRING),
  column('body_type', 'UInt8'),
  column('event_name', LOW_CARDINALITY),
  column('trace_id', 'FixedString(16)'),
  column('span_id', 'FixedString(8)'),
  column('flags', 'UInt32'),
  { ...column('weight', 'Float64'), expression: 'DEFAULT 1' },
  ...RESOURCE_COLUMNS,
  ...SCOPE_COLUMNS,
  { ...column('service_version', LOW_CARDINALITY), expression: "DEFAULT ''" },
  // Of the statement that printed the line; `log_patterns` says which pattern. 0: none.
  { ...column('pattern_id', 'UInt64'), expression: 'DEFAULT 0' },
  // What the line has where its statement has values, in order.
  { ...column('pattern_variables', 'Array(String)'), expression: 'DEFAULT []' },
  ...attributeColumns(''),
  {
    name: 'attribute_items',
    type: 'Array(String)',
    expression:
      "ALIAS arrayMap((k, v) -> concat(k, '=', v), mapKeys(attributes), mapValues(attributes))",
  },
  RETENTION_DAYS,
];
