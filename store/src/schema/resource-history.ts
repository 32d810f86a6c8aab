import {
  column,
  IDENTITY_COLUMNS,
  LOW_CARDINALITY,
  NANOSECONDS,
  ORIGIN,
  SECONDS,
  TENANT,
} from './columns.ts';
import {
  type ColumnDefinition,
  type SchemaOptions,
  TABLE_SETTINGS,
  type TableDefinition,
  type ViewDefinition,
} from './table.ts';

/** `receipt_lag_ns` where no row of the hour said a time. */
export const RECEIPT_LAG_UNKNOWN: bigint = 2n ** 63n - 1n;

/**
 * When a resource sent something: one row a resource and hour, of which the exporter writes more as
 * the hour goes on (each minute at the most): `first_seen` and `last_seen` are times of rows, not of
 * receipt. `receipt_lag_ns` is the least time from a newest row, by its sender's clock, to its
 * receipt: delay and offset of the clock together, negative when that clock is ahead at least so
 * much. Aggregate again by fingerprint; every other column is the same in all rows of one.
 */
export function resourceHistoryTable(options: SchemaOptions): TableDefinition {
  return {
    name: 'resource_history',
    columns: [
      TENANT,
      column('fingerprint', 'UInt64'),
      column('bucket', SECONDS, 'Delta, ZSTD(1)'),
      ...IDENTITY_COLUMNS.map((identity) =>
        identity.name === 'service' ? identity : same(identity),
      ),
      same(column('origin', ORIGIN)),
      ...RESOURCE_FACTS.map(({ column: name }) => same(column(name, LOW_CARDINALITY))),
      column('first_seen', `SimpleAggregateFunction(min, ${NANOSECONDS})`),
      column('last_seen', `SimpleAggregateFunction(max, ${NANOSECONDS})`),
      {
        ...column('receipt_lag_ns', 'SimpleAggregateFunction(min, Int64)'),
        expression: `DEFAULT ${RECEIPT_LAG_UNKNOWN}`,
      },
    ],
    indexes: [],
    engine: 'AggregatingMergeTree',
    partitionBy: 'toDate(bucket)',
    orderBy: '(tenant, service, fingerprint, bucket)',
    ttl: `bucket + toIntervalDay(${options.rollupRetentionDays})`,
    settings: TABLE_SETTINGS,
  };
}

/** A column that is the same in all rows of a key. */
function same({ name, type }: ColumnDefinition): ColumnDefinition {
  return column(name, `SimpleAggregateFunction(any, ${type})`);
}

/** What ran where, by resource attribute; the first that is not empty decides. */
export const RESOURCE_FACTS: readonly {
  readonly column: string;
  readonly attributes: readonly string[];
}[] = [
  { column: 'version', attributes: ['service.version'] },
  { column: 'node', attributes: ['k8s.node.name', 'host.name', 'host.id'] },
  { column: 'pod', attributes: ['k8s.pod.name', 'k8s.pod.uid'] },
  { column: 'container', attributes: ['container.id', 'container.name', 'k8s.container.name'] },
  { column: 'image', attributes: ['container.image.name'] },
  { column: 'image_tag', attributes: ['container.image.tags', 'container.image.tag'] },
  { column: 'process_id', attributes: ['process.pid'] },
];

/** A row a version of a service: a deployment is where one version is first seen after another. */
export function deploymentsView({ database }: SchemaOptions): ViewDefinition {
  return {
    name: 'deployments',
    select: `SELECT
  tenant,
  cluster,
  namespace,
  environment,
  service,
  version,
  min(h.first_seen) AS first_seen,
  max(h.last_seen) AS last_seen,
  uniqExact(instance) AS instances
FROM ${database}.resource_history AS h
WHERE version != ''
GROUP BY tenant, cluster, namespace, environment, service, version`,
  };
}
