import { column, LOW_CARDINALITY, ORIGIN, SECONDS, TENANT } from './columns.ts';
import {
  type ColumnDefinition,
  type SchemaOptions,
  TABLE_SETTINGS,
  type TableDefinition,
} from './table.ts';

const SUM = 'SimpleAggregateFunction(sum, Float64)';
const MAX = 'SimpleAggregateFunction(max, Int64)';
/** Buckets are those of `red_1m`: b counts `[2^(b/4), 2^((b+1)/4))` ns. */
const HISTOGRAM = 'SimpleAggregateFunction(sumMap, Tuple(Array(UInt16), Array(Float64)))';

const MINUTE: readonly ColumnDefinition[] = [
  TENANT,
  column('time', SECONDS, 'DoubleDelta, ZSTD(1)'),
];

const WORK: readonly ColumnDefinition[] = [
  column('requests', SUM),
  column('errors', SUM),
  column('duration_ns_sum', SUM),
  column('duration_ns_max', MAX),
  column('duration_histogram', HISTOGRAM),
];

function minuteTable(
  table: {
    readonly name: string;
    readonly key: readonly string[];
    readonly columns: readonly ColumnDefinition[];
  },
  options: SchemaOptions,
): TableDefinition {
  return {
    name: table.name,
    columns: [...MINUTE, ...table.columns],
    indexes: [],
    engine: 'AggregatingMergeTree',
    partitionBy: 'toDate(time)',
    orderBy: `(tenant, toStartOfHour(time), ${table.key.join(', ')})`,
    ttl: `time + toIntervalDay(${options.rollupRetentionDays})`,
    settings: TABLE_SETTINGS,
  };
}

/**
 * Work of an operation in its context: the operation by which a service was entered, and who called
 * there. Filled by the service map processor, deltas under the batch's token: counts are sums of
 * sampling weights, `self_ns_sum` is time that no child of the span covers, `calls` how often the
 * operation ran. Negative durations count as 0. Rows of one key add up.
 */
export function contexts1mTable(options: SchemaOptions): TableDefinition {
  const key = ['service', 'entry', 'caller', 'operation', 'time'];
  const rest = ['namespace', 'environment', 'cluster', 'origin'];
  return minuteTable(
    {
      name: 'contexts_1m',
      key: [...key, ...rest],
      columns: [
        column('service', LOW_CARDINALITY),
        column('namespace', LOW_CARDINALITY),
        column('environment', LOW_CARDINALITY),
        column('cluster', LOW_CARDINALITY),
        column('origin', ORIGIN),
        column('entry', LOW_CARDINALITY),
        column('caller', LOW_CARDINALITY),
        column('operation', LOW_CARDINALITY),
        ...WORK,
        column('self_ns_sum', SUM),
      ],
    },
    options,
  );
}

const EDGE_ENDS: readonly ColumnDefinition[] = ['client', 'server'].flatMap((end) => [
  column(`${end}_service`, LOW_CARDINALITY),
  column(`${end}_namespace`, LOW_CARDINALITY),
  column(`${end}_cluster`, LOW_CARDINALITY),
  column(`${end}_kind`, LOW_CARDINALITY),
]);

/** Buckets as in `HISTOGRAM`, of rows that are whole: nothing is added to them later. */
const WHOLE_HISTOGRAM = 'Tuple(Array(UInt16), Array(Float64))';

const WHOLE_WORK: readonly ColumnDefinition[] = [
  column('requests', 'Float64'),
  column('errors', 'Float64'),
  column('duration_ns_sum', 'Float64'),
  column('duration_ns_max', 'Int64'),
  column('duration_histogram', WHOLE_HISTOGRAM),
];

/**
 * Calls from one service to another, by minute, protocol and operation. A job joins the spans of a
 * minute once it is over, and again when more of its spans came; each time under a new `version`,
 * and those of `edge_minutes` alone count:
 * `(time, version) IN (SELECT time, max(version) FROM edge_minutes WHERE tenant = ... GROUP BY time)`.
 *
 * `..._kind` is `service`, `database`, `messaging` or `external`; what is no service has the name
 * that its clients call it by. `duration_...` is the client's time where it is known, else the
 * server's. `gap_...` is the client's time less the server's, of the `gap_requests` where both are
 * known: network, queues, proxies; negative gaps count as 0. Counts are sums of sampling weights.
 */
export function edges1mTable(options: SchemaOptions): TableDefinition {
  return {
    name: 'edges_1m',
    columns: [
      ...MINUTE,
      column('version', 'UInt64', 'ZSTD(1)'),
      ...EDGE_ENDS,
      column('protocol', LOW_CARDINALITY),
      column('operation', LOW_CARDINALITY),
      column('origin', ORIGIN),
      ...WHOLE_WORK,
      column('gap_requests', 'Float64'),
      column('gap_ns_sum', 'Float64'),
      column('gap_ns_max', 'Int64'),
      column('gap_histogram', WHOLE_HISTOGRAM),
    ],
    indexes: [],
    engine: 'MergeTree',
    partitionBy: 'toDate(time)',
    orderBy: '(tenant, toStartOfHour(time), client_service, server_service, time, version)',
    ttl: `time + toIntervalDay(${options.rollupRetentionDays})`,
    settings: TABLE_SETTINGS,
  };
}

/**
 * Minutes of a tenant whose edges are in `edges_1m`: the newest `version` of a minute counts.
 * `spans` is what `red_1m` held of the minute when it was joined, so that late spans are seen;
 * `calls` of them had a caller elsewhere, of which `unresolved` were not found.
 */
export function edgeMinutesTable(options: SchemaOptions): TableDefinition {
  return {
    name: 'edge_minutes',
    columns: [
      ...MINUTE,
      column('version', 'UInt64'),
      column('spans', 'Float64'),
      column('calls', 'Float64'),
      column('unresolved', 'Float64'),
    ],
    indexes: [],
    engine: 'ReplacingMergeTree(version)',
    partitionBy: 'toDate(time)',
    orderBy: '(tenant, time)',
    ttl: `time + toIntervalDay(${options.rollupRetentionDays})`,
    settings: TABLE_SETTINGS,
  };
}
