import {
  column,
  LOW_CARDINALITY,
  NANOSECONDS,
  ORIGIN,
  SECONDS,
  STRING,
  TENANT,
} from './columns.ts';
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
]);

/**
 * Calls from one service to another, by the protocol and the operation called. Filled by the service
 * map processor with what it can join in a batch, and by the job that joins `edge_halves`: both
 * sides are there, or the server's is what the client named (`server_kind`: service, database,
 * messaging, external). `gap_...` is the client's duration less the server's, of the `gap_requests`
 * where both are known: network, queues, proxies. Negative gaps count as 0.
 */
export function edges1mTable(options: SchemaOptions): TableDefinition {
  return minuteTable(
    {
      name: 'edges_1m',
      key: [
        'client_service',
        'server_service',
        'server_kind',
        'protocol',
        'operation',
        'time',
        'client_namespace',
        'client_cluster',
        'server_namespace',
        'server_cluster',
        'origin',
      ],
      columns: [
        ...EDGE_ENDS,
        column('server_kind', LOW_CARDINALITY),
        column('protocol', LOW_CARDINALITY),
        column('operation', LOW_CARDINALITY),
        column('origin', ORIGIN),
        ...WORK,
        column('request_bytes', SUM),
        column('response_bytes', SUM),
        column('gap_requests', SUM),
        column('gap_ns_sum', SUM),
        column('gap_ns_max', MAX),
        column('gap_histogram', HISTOGRAM),
      ],
    },
    options,
  );
}

/**
 * Halves of edges whose other half is not in the batch, one row a span: of clients and producers by
 * their own id, of servers and consumers by their parent's, so that both have the same `call_id`.
 * Filled by the service map processor; a job of each closed minute joins them into `edges_1m`.
 */
export function edgeHalvesTable(): TableDefinition {
  return {
    name: 'edge_halves',
    columns: [
      TENANT,
      column('timestamp', NANOSECONDS, 'Delta(8), ZSTD(1)'),
      column('trace_id', 'FixedString(16)'),
      column('call_id', 'FixedString(8)'),
      column('is_server', 'UInt8'),
      column('service', LOW_CARDINALITY),
      column('namespace', LOW_CARDINALITY),
      column('cluster', LOW_CARDINALITY),
      column('origin', ORIGIN),
      column('peer', STRING),
      column('peer_kind', LOW_CARDINALITY),
      column('protocol', LOW_CARDINALITY),
      column('operation', LOW_CARDINALITY),
      column('is_error', 'UInt8'),
      column('weight', 'Float64'),
      column('duration_ns', 'Int64', 'T64, ZSTD(1)'),
    ],
    indexes: [],
    engine: 'MergeTree',
    partitionBy: 'toDate(timestamp)',
    orderBy: '(tenant, toStartOfMinute(timestamp), trace_id, call_id)',
    // Long enough for a job that was away for a day.
    ttl: 'toDateTime(timestamp) + toIntervalDay(2)',
    settings: TABLE_SETTINGS,
  };
}
