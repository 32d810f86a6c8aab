import { param, type Sql, sql } from '@sonde/store';
import { addressOwnersSql, ipOf, listenersSql } from './address-owners-sql.ts';
import { type MinuteJoin, ownerSearch, seconds } from './join-sql.ts';
import { PEER_LENGTH_MAX } from './limits.ts';

/**
 * Metrics of the agent that say what connections did; `network.tcp.io` in two directions, round trips
 * as histograms.
 */
export const CONNECTION_METRICS = {
  opened: 'network.tcp.connections.opened',
  failures: 'network.tcp.connect.failures',
  bytes: 'network.tcp.io',
  retransmits: 'network.tcp.retransmits',
  roundTrips: 'network.tcp.rtt',
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
 * `service.peer.name`, else who had the address then, else name or address with the port.
 */
export function connectionPeersSql(join: MinuteJoin): Sql {
  const search = ownerSearch(join);
  return sql`
    SELECT tenant AS of_tenant, series AS of_series, metric, direction, protocol,
      service AS client_service, namespace AS client_namespace, cluster AS client_cluster,
      multiIf(peer_name != '', ('', '', ''), listener.1 != '', listener,
        address_owner != (toString(service), toString(namespace), toString(cluster)), address_owner,
        ('', '', '')) AS owner,
      substringUTF8(multiIf(peer_name != '', peer_name, owner.1 != '', owner.1,
        is_own AND host != '', if(port = '', toString(host), concat(host, ':', port)),
        address = '' OR port IN ('', '80', '443'), address,
        concat(address, ':', port)), 1, ${param.uint64(PEER_LENGTH_MAX)}) AS server_service,
      owner.2 AS server_namespace, owner.3 AS server_cluster,
      multiIf(owner.1 != '', 'service', is_database, 'database', peer_name != '', 'service',
        'external') AS server_kind
    FROM (${namedSeriesSql(join)}) AS named
    LEFT JOIN (${listenersSql(search)}) AS listeners
    ON named.tenant = listeners.of_tenant AND named.place = listeners.of_place
      AND named.port = listeners.of_port
    LEFT JOIN (${addressOwnersSql(search)}) AS addresses
    ON named.tenant = addresses.of_tenant AND named.peer_ip = addresses.of_address
    WHERE server_service != ''`;
}

/**
 * A series keeps the attributes of its first connection, when less was known: the one name that other
 * series of that client have for the same address counts for all of them.
 */
function namedSeriesSql(join: MinuteJoin): Sql {
  return sql`
    SELECT own.tenant AS tenant, own.series AS series, own.metric AS metric,
      own.direction AS direction, own.service AS service, own.namespace AS namespace,
      own.cluster AS cluster, own.host AS host, own.port AS port,
      multiIf(own.own_peer != '', own.own_peer, length(names.peers) = 1, names.peers[1], '')
        AS peer_name,
      multiIf(own.own_name NOT IN ('', own.ip), own.own_name,
        length(names.hosts) = 1, names.hosts[1], own.ip != '', own.ip, own.own_name) AS address,
      ${IS_LOOPBACK} AS is_own, if(is_own, '', ${ipOf(sql`own.ip`)}) AS peer_ip,
      if(is_own, toString(own.host), peer_ip) AS place,
      own.own_protocol IN ${param.strings(DATABASES)}
        OR hasAny(names.protocols, ${param.strings(DATABASES)}) AS is_database,
      multiIf(own.own_protocol != '', own.own_protocol,
        length(names.protocols) = 1, names.protocols[1], 'tcp') AS protocol
    FROM (${countingSeriesSql(join)}) AS own
    LEFT JOIN (${knownPeersSql(join)}) AS names
    ON own.tenant = names.tenant AND own.service = names.service
      AND own.namespace = names.namespace AND own.cluster = names.cluster
      AND own.host = names.host AND own.ip = names.ip AND own.port = names.port`;
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
