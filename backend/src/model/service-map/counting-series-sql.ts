import { param, type Sql, sql } from '@sonde/store';
import { type MinuteJoin, seconds } from './minute-join.ts';

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
export const REQUEST_METRICS: readonly string[] = [
  'http.client.request.duration',
  'rpc.client.call.duration',
  'db.client.operation.duration',
  'messaging.client.operation.duration',
];

/** `network.protocol.name` of what is a database to its clients. */
export const DATABASES: readonly string[] = [
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
export function knownPeersSql(join: MinuteJoin): Sql {
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
export function inHour({ minuteMs }: MinuteJoin): Sql {
  return sql`bucket = toStartOfHour(${seconds(minuteMs)})`;
}
