import { column, LOW_CARDINALITY, ORIGIN, SECONDS, TENANT } from './columns.ts';
import {
  type ColumnDefinition,
  type SchemaOptions,
  TABLE_SETTINGS,
  type TableDefinition,
} from './table.ts';

const MINUTE: readonly ColumnDefinition[] = [
  TENANT,
  column('time', SECONDS, 'DoubleDelta, ZSTD(1)'),
];

/** Buckets are those of `red_1m`: b counts `[2^(b/4), 2^((b+1)/4))` ns. */
const HISTOGRAM = 'Tuple(Array(UInt16), Array(Float64))';

const WORK: readonly ColumnDefinition[] = [
  column('requests', 'Float64'),
  column('errors', 'Float64'),
  column('duration_ns_sum', 'Float64'),
  column('duration_ns_max', 'Int64'),
  column('duration_histogram', HISTOGRAM),
];

/**
 * Work of an operation in its context: the operation by which its service was entered in the trace,
 * and the service that called there (empty where nobody did, or he is unknown). By the job that
 * joins edges, under the same versions: those that count are read as in `edges_1m`. Counts are sums
 * of sampling weights, `self_ns_sum` is time that no child of the span covers. Negative durations
 * count as 0. What is beyond the limits of a minute is `(other)`.
 */
export function contexts1mTable(options: SchemaOptions): TableDefinition {
  return joinedTable(options, {
    name: 'contexts_1m',
    columns: [
      ...['service', 'namespace', 'environment', 'cluster'].map((name) =>
        column(name, LOW_CARDINALITY),
      ),
      column('origin', ORIGIN),
      ...['entry', 'caller', 'operation'].map((name) => column(name, LOW_CARDINALITY)),
      ...WORK,
      column('self_ns_sum', 'Float64'),
    ],
    orderBy: '(tenant, toStartOfHour(time), service, entry, caller, operation, time, version)',
  });
}

/** Rows of minutes that a job joins; each join is a version of its own. */
function joinedTable(
  options: SchemaOptions,
  own: Pick<TableDefinition, 'name' | 'columns' | 'orderBy'>,
): TableDefinition {
  return {
    ...own,
    columns: [...MINUTE, column('version', 'UInt64', 'ZSTD(1)'), ...own.columns],
    indexes: [],
    engine: 'MergeTree',
    partitionBy: 'toDate(time)',
    ttl: `time + toIntervalDay(${options.rollupRetentionDays})`,
    settings: TABLE_SETTINGS,
  };
}

const EDGE_ENDS: readonly ColumnDefinition[] = ['client', 'server'].flatMap((end) => [
  column(`${end}_service`, LOW_CARDINALITY),
  column(`${end}_namespace`, LOW_CARDINALITY),
  column(`${end}_cluster`, LOW_CARDINALITY),
  column(`${end}_kind`, LOW_CARDINALITY),
]);

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
  return joinedTable(options, {
    name: 'edges_1m',
    columns: [
      ...EDGE_ENDS,
      column('protocol', LOW_CARDINALITY),
      column('operation', LOW_CARDINALITY),
      column('origin', ORIGIN),
      ...WORK,
      column('gap_requests', 'Float64'),
      column('gap_ns_sum', 'Float64'),
      column('gap_ns_max', 'Int64'),
      column('gap_histogram', HISTOGRAM),
    ],
    orderBy: '(tenant, toStartOfHour(time), client_service, server_service, time, version)',
  });
}

/**
 * Connections from one service to another as the agents beside the clients saw them, by minute and
 * protocol (`network.protocol.name`, else `tcp`). By the job that joins edges, under the same
 * versions: those that count are read as in `edges_1m`, and the ends are named as there. Everything
 * is what was added in the minute: `opened` and `failures` connections, bytes as the client sees
 * them, `retransmits` segments that it sent again, and the smoothed round trip times that were
 * measured (one a connection and report). `rtt_histogram` has the upper bounds of the agents'
 * buckets in ns, ascending, and how many lay between each and the one before; what lay above the
 * last counts to it.
 */
export function connections1mTable(options: SchemaOptions): TableDefinition {
  return joinedTable(options, {
    name: 'connections_1m',
    columns: [
      ...EDGE_ENDS,
      column('protocol', LOW_CARDINALITY),
      ...['opened', 'failures', 'bytes_sent', 'bytes_received', 'retransmits'].map((name) =>
        column(name, 'Float64'),
      ),
      column('rtt_measures', 'Float64'),
      column('rtt_ns_sum', 'Float64'),
      column('rtt_histogram', 'Tuple(Array(UInt64), Array(Float64))'),
    ],
    orderBy: '(tenant, toStartOfHour(time), client_service, server_service, time, version)',
  });
}

/**
 * Which name and which address mean the same to a client, by minute: by the job that joins edges, for
 * its other statements, under the same versions. A row a client and `key`, which is a name as edges
 * have it (`db:5432`) or an address and a port (`::ffff:10.0.0.1 5432`). `name`, `address` and `peer`
 * (who listens there, by the agent) are empty where nobody knows or there are several.
 */
export function namedAddresses1mTable(options: SchemaOptions): TableDefinition {
  return joinedTable(options, {
    name: 'named_addresses_1m',
    columns: [
      ...['service', 'namespace', 'cluster', 'key', 'name', 'address', 'peer'].map((name) =>
        column(name, LOW_CARDINALITY),
      ),
      column('is_database', 'Bool'),
    ],
    orderBy: '(tenant, toStartOfHour(time), time, version, service, key)',
  });
}

/**
 * Minutes of a tenant whose edges are in `edges_1m` and `connections_1m`: the newest `version` of a
 * minute counts. `spans` is what `red_1m` held of the minute when it was joined, `points` how many
 * points of connections there were, so that what comes late is seen; `calls` of the spans had a
 * caller elsewhere, of which `unresolved` were not found.
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
      column('points', 'Float64'),
    ],
    indexes: [],
    engine: 'ReplacingMergeTree(version)',
    partitionBy: 'toDate(time)',
    orderBy: '(tenant, time)',
    ttl: `time + toIntervalDay(${options.rollupRetentionDays})`,
    settings: TABLE_SETTINGS,
  };
}
