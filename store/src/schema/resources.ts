import {
  attributeColumns,
  column,
  IDENTITY_COLUMNS,
  ORIGIN,
  RETENTION_DAYS,
  SECONDS,
  STRING,
  TENANT,
} from './columns.ts';
import { TABLE_SETTINGS, type TableDefinition } from './table.ts';

/**
 * One row a resource and hour in which it had rows: `bucket` is the start of that hour. Rows of
 * other tables name it by `(tenant, resource_fingerprint)`. A row may be written more than once and
 * is the same each time, so read with `LIMIT 1 BY tenant, fingerprint` or `any()`. `message` is the
 * OTLP `Resource` as sent: what has no column (entity_refs, unknown fields) is read from there.
 */
export function resourcesTable(): TableDefinition {
  return {
    name: 'resources',
    columns: [
      TENANT,
      column('fingerprint', 'UInt64'),
      column('bucket', SECONDS, 'Delta, ZSTD(1)'),
      ...IDENTITY_COLUMNS,
      column('origin', ORIGIN),
      ...attributeColumns(''),
      column('message', STRING, 'ZSTD(3)'),
      RETENTION_DAYS,
    ],
    indexes: [],
    engine: 'ReplacingMergeTree',
    partitionBy: '(toDate(bucket), retention_days)',
    orderBy: '(tenant, service, fingerprint, bucket)',
    ttl: 'bucket + toIntervalDay(retention_days + 1)',
    settings: TABLE_SETTINGS,
  };
}
