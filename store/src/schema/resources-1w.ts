import { ATTRIBUTE_MAP, column, LOW_CARDINALITY, RETENTION_DAYS, TENANT } from './columns.ts';
import {
  type SchemaOptions,
  TABLE_SETTINGS,
  type TableDefinition,
  type ViewDefinition,
} from './table.ts';

/**
 * The attributes of a resource, one row a week in which it had rows (more until parts are merged, all
 * the same), by view from `resources`, which has one an hour: what the Collector's views join, so that
 * it does not grow with the hours. `week` is its Monday. Small granules: a service's are few.
 */
export function resources1wTable(): TableDefinition {
  return {
    name: 'resources_1w',
    columns: [
      TENANT,
      column('service', LOW_CARDINALITY),
      column('fingerprint', 'UInt64'),
      column('week', 'Date'),
      column('attributes', ATTRIBUTE_MAP),
      RETENTION_DAYS,
    ],
    indexes: [],
    engine: 'ReplacingMergeTree',
    partitionBy: '(week, retention_days)',
    orderBy: '(tenant, service, fingerprint)',
    settings: { ...TABLE_SETTINGS, index_granularity: 512 },
  };
}

const COLUMNS = 'tenant, service, fingerprint, toMonday(bucket) AS week';

export function resources1wView({ database }: SchemaOptions): ViewDefinition {
  return {
    name: 'resources_1w_mv',
    target: 'resources_1w',
    select: `SELECT ${COLUMNS}, attributes, retention_days FROM ${database}.resources`,
  };
}

/** Of what was there before the view; rows that are there already fold with it. */
export function fillResources1wSql({ database }: SchemaOptions): string {
  return [
    `INSERT INTO ${database}.resources_1w`,
    '(tenant, service, fingerprint, week, attributes, retention_days)',
    `SELECT ${COLUMNS}, any(attributes), retention_days FROM ${database}.resources`,
    'GROUP BY tenant, service, fingerprint, week, retention_days',
  ].join('\n');
}

/**
 * Resource attributes for rows of another table. `service` is part of the key so that a filter on it
 * holds for resources too.
 */
export function resourceJoin(database: string, rows: string): string {
  return `LEFT JOIN (
  SELECT
    tenant AS resource_tenant,
    service AS resource_service,
    fingerprint AS resource_id,
    any(attributes) AS resource_attributes
  FROM ${database}.resources_1w GROUP BY tenant, service, fingerprint
) AS r ON ${rows}.tenant = r.resource_tenant AND ${rows}.service = r.resource_service
  AND ${rows}.resource_fingerprint = r.resource_id`;
}
