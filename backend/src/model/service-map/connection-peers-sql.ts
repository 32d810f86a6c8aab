import { param, type Sql, sql } from '@sonde/store';
import { type MinuteJoin, seconds } from './join-sql.ts';
import { PEER_LENGTH_MAX } from './limits.ts';

/** Metrics of the agent that say what connections did; `network.tcp.io` in two directions. */
export const CONNECTION_METRICS = {
  opened: 'network.tcp.connections.opened',
  failures: 'network.tcp.connect.failures',
  bytes: 'network.tcp.io',
  retransmits: 'network.tcp.retransmits',
} as const;

/** Of requests on these connections: by then the agent knows the name that was asked for. */
const REQUEST_METRICS = [
  'http.client.request.duration',
  'rpc.client.call.duration',
  'db.client.operation.duration',
  'messaging.client.operation.duration',
];

/** `network.protocol.name` of what is a database to its clients. */
const DATABASES = [
  'postgresql',
  'mysql',
  'redis',
  'mongodb',
  'memcached',
  'cassandra',
  'clickhouse',
];

const IDENTITY = sql`tenant, service, namespace, cluster, host`;
const IP = sql`attributes['network.peer.address']`;
const NAME = sql`attributes['server.address']`;
const IS_LOOPBACK = sql`(startsWith(address, '127.') OR address IN ('localhost', '::1', '[::1]'))`;

/**
 * Both ends of every series of the minute that counts connections of a client: a row a series, with
 * `metric`, `direction` (of bytes) and `protocol`. Who is asked is named as edges of spans name it:
 * `service.peer.name`, else name or address with the port. A series keeps the attributes of its first
 * connection, when less was known: the one name that other series of that client have for the same
 * address counts for all of them.
 */
export function connectionPeersSql(join: MinuteJoin): Sql {
  return sql`
    SELECT tenant AS of_tenant, series AS of_series, metric, direction,
      service AS client_service, namespace AS client_namespace, cluster AS client_cluster,
      substringUTF8(multiIf(peer_name != '', peer_name,
        ${IS_LOOPBACK} AND host != '', if(port = '', toString(host), concat(host, ':', port)),
        address = '' OR port IN ('', '80', '443'), address,
        concat(address, ':', port)), 1, ${param.uint64(PEER_LENGTH_MAX)}) AS server_service,
      '' AS server_namespace, '' AS server_cluster,
      multiIf(is_database, 'database', peer_name != '', 'service', 'external') AS server_kind,
      multiIf(own_protocol != '', own_protocol, length(protocols) = 1, protocols[1], 'tcp')
        AS protocol
    FROM (
      SELECT own.*, names.protocols AS protocols,
        multiIf(own.own_peer != '', own.own_peer, length(names.peers) = 1, names.peers[1], '')
          AS peer_name,
        multiIf(own.own_name NOT IN ('', own.ip), own.own_name,
          length(names.hosts) = 1, names.hosts[1], own.ip != '', own.ip, own.own_name) AS address,
        own.own_protocol IN ${param.strings(DATABASES)} OR hasAny(names.protocols, ${param.strings(DATABASES)})
          AS is_database
      FROM (${countingSeriesSql(join)}) AS own
      LEFT JOIN (${knownPeersSql(join)}) AS names
      ON own.tenant = names.tenant AND own.service = names.service
        AND own.namespace = names.namespace AND own.cluster = names.cluster
        AND own.host = names.host AND own.ip = names.ip AND own.port = names.port
    )
    WHERE server_service != ''`;
}

/** Series that count connections of clients and had points in the hour of the minute. */
export function countingSeriesSql(join: MinuteJoin): Sql {
  return sql`
    SELECT ${IDENTITY}, toString(metric) AS metric, series, ${IP} AS ip,
      attributes['server.port'] AS port, ${NAME} AS own_name,
      attributes['service.peer.name'] AS own_peer,
      attributes['network.protocol.name'] AS own_protocol,
      attributes['network.io.direction'] AS direction
    FROM metric_series
    WHERE ${inHour(join)} AND metric IN ${param.strings(Object.values(CONNECTION_METRICS))}
      AND attributes['sonde.side'] = 'client'
    LIMIT 1 BY tenant, series`;
}

/** What each client has for names of an address and port, two at most of each kind. */
function knownPeersSql(join: MinuteJoin): Sql {
  const metrics = [...Object.values(CONNECTION_METRICS), ...REQUEST_METRICS];
  return sql`
    SELECT ${IDENTITY}, ${IP} AS ip, attributes['server.port'] AS port,
      groupUniqArrayIf(2)(attributes['service.peer.name'], attributes['service.peer.name'] != '')
        AS peers,
      groupUniqArrayIf(2)(${NAME}, ${NAME} NOT IN ('', ip)) AS hosts,
      groupUniqArrayIf(2)(attributes['network.protocol.name'],
        attributes['network.protocol.name'] != '') AS protocols
    FROM metric_series
    WHERE ${inHour(join)} AND metric IN ${param.strings(metrics)} AND ip != ''
      AND attributes['sonde.side'] IN ('client', '')
    GROUP BY ${IDENTITY}, ip, port`;
}

/** A series has a row an hour in which it had points. */
function inHour({ minuteMs }: MinuteJoin): Sql {
  return sql`bucket = toStartOfHour(${seconds(minuteMs)})`;
}
