import { param, type Sql, sql } from '@sonde/store';
import { inTimestamps } from '../../instant-sql.ts';
import { ipOf } from './address-owners-sql.ts';
import {
  CONNECTION_METRICS,
  countingSeriesSql,
  inHour,
  REQUEST_METRICS,
} from './counting-series-sql.ts';
import {
  NAMED_BEFORE_MS,
  NAMED_PER_MINUTE_MAX,
  PEERS_PER_PORT_MAX,
  SEEN_BEFORE_MS,
} from './limits.ts';
import { type MinuteJoin, seconds } from './minute-join.ts';
import { CALLERS } from './span-columns.ts';
import { ADDRESS_AND_PORT, IS_LOOPBACK, PEER, withPeerSql } from './span-peers.ts';

const MINUTE_MS = 60_000;
const CLIENT = sql`tenant, service, namespace, cluster`;
const IP = sql`attributes['network.peer.address']`;
const NAME = sql`attributes['server.address']`;

/** The key by which an address and a port are found in `named_addresses_1m`; none of no address. */
export function addressKey(ip: Sql, port: Sql): Sql {
  return sql`if(${ip} = '', '', concat(${ip}, ' ', ${port}))`;
}

/**
 * What SDKs call by name and agents know by address, of every client that an agent sees, as rows of
 * `named_addresses_1m`.
 *
 * A name and an address belong together where a span or an agent says both. Instrumentation of
 * databases says the name alone, and agents the address alone: then they are the same where spans of
 * that client have one such name for a port, and its connections one such address. An address that a
 * client has no name for has the one that others of its cluster have for a database there.
 */
export function findNamedSql(join: MinuteJoin): Sql {
  const key = addressKey(sql`ip`, sql`port`);
  const one = (found: Sql): Sql => sql`if(length(${found}) = 1, ${found}[1], '')`;
  return sql`
    INSERT INTO named_addresses_1m (time, version, ${CLIENT}, key, name, address, peer, is_database)
    SELECT ${seconds(join.minuteMs)}, ${param.uint64(join.version)}, ${CLIENT}, of_key,
      ${one(sql`names`)}, ${one(sql`ips`)}, ${one(sql`agent_peers`)}, of_database
    FROM (
      SELECT ${CLIENT}, of_key, groupUniqArrayIf(2)(called, called != '') AS names,
        groupUniqArray(2)(ip) AS ips, groupUniqArrayIf(2)(peer, peer != '') AS agent_peers,
        max(is_database) AS of_database
      FROM (
        SELECT *, arrayJoin(arrayFilter(k -> k != '', [called, ${key}])) AS of_key
        FROM (${sharedSql(join)})
      )
      WHERE called != '' OR peer != ''
      GROUP BY ${CLIENT}, of_key
    )
    ORDER BY tenant, of_database DESC, service, of_key
    LIMIT ${param.uint64(NAMED_PER_MINUTE_MAX)} BY tenant`;
}

/** What `findNamedSql` found, as `known_...`, by `of_tenant`, `of_service` and the like, `of_key`. */
export function namedAddressesSql({ minuteMs, version }: MinuteJoin): Sql {
  const minute = seconds(minuteMs);
  return sql`
    SELECT tenant AS of_tenant, service AS of_service, namespace AS of_namespace,
      cluster AS of_cluster, key AS of_key, name AS known_name, address AS known_ip,
      peer AS known_peer, is_database AS known_database
    FROM named_addresses_1m
    WHERE toStartOfHour(time) = toStartOfHour(${minute}) AND time = ${minute}
      AND version = ${param.uint64(version)}`;
}

/** A row a client, name and address; the name is empty where nobody knows one. */
function sharedSql(join: MinuteJoin): Sql {
  return sql`
    SELECT ${CLIENT}, port, ip, peer,
      multiIf(own != '', own, length(shared) = 1, shared[1], '') AS called,
      said_database OR (own = '' AND called != '') AS is_database
    FROM (
      SELECT ${CLIENT}, port, pair.1 AS own, pair.2 AS ip, pair.3 OR has(names, own) AS said_database,
        arrayFirst(p -> p.1 = ip, peers).2 AS peer,
        groupUniqArrayIf(2)(own, own != '' AND said_database) OVER (
          PARTITION BY tenant, cluster, ip, port) AS shared
      FROM (${pairsOfPortsSql(join)})
      ARRAY JOIN pairs AS pair
    )`;
}

/** What belongs together behind each port that a client calls: `(name, address, is database)`. */
function pairsOfPortsSql(join: MinuteJoin): Sql {
  const max = param.uint64(PEERS_PER_PORT_MAX);
  return sql`
    SELECT ${CLIENT}, port,
      groupUniqArrayIf(${max})((called, ip, is_database), called != '' AND ip != '') AS said,
      groupUniqArrayIf(${max})(called, ip = '' AND is_database) AS names,
      groupUniqArrayIf(${max})(ip, called = '') AS ips,
      groupUniqArrayIf(${max})((ip, peer), peer != '') AS peers,
      arrayFilter(name -> NOT has(said.1, name), names) AS names_alone,
      arrayFilter(one -> NOT has(said.2, one), ips) AS ips_alone,
      arrayConcat(said, if(length(names_alone) = 1 AND length(ips_alone) = 1,
        [(names_alone[1], ips_alone[1], true)],
        arrayMap(one -> ('', one, false), ips_alone))) AS pairs
    FROM (${ofSpansSql(join)} UNION ALL ${ofAgentsSql(join)})
    GROUP BY ${CLIENT}, port`;
}

/** Names that spans of clients with an agent have, and the addresses behind them where they say so. */
function ofSpansSql(join: MinuteJoin): Sql {
  return sql`
    SELECT toString(tenant) AS tenant, toString(service) AS service,
      toString(namespace) AS namespace, toString(cluster) AS cluster, peer_port AS port, called,
      peer_ip AS ip, db_system != '' AS is_database, '' AS peer
    FROM (
      SELECT *, ${ADDRESS_AND_PORT} AS called
      FROM (${withPeerSql(callsSql(join))})
    )
    WHERE address != '' AND NOT is_own AND ${ipOf(sql`address`)} = ''
      AND NOT startsWith(address, '/') AND (is_database OR ip != '')`;
}

function callsSql(join: MinuteJoin): Sql {
  return sql`
    SELECT ${CLIENT}, db_system, ${PEER}
    FROM spans
    WHERE ${inTimestamps({ from: join.minuteMs - NAMED_BEFORE_MS, to: join.minuteMs + MINUTE_MS })}
      AND service IN (SELECT service FROM (${countingSeriesSql(join)}))
      AND kind IN ${CALLERS} AND messaging_destination = '' AND peer_service = ''`;
}

/** Addresses that clients' connections did something with, and their names where agents know one. */
function ofAgentsSql(join: MinuteJoin): Sql {
  return sql`
    SELECT tenant, service, namespace, cluster, port, ${ADDRESS_AND_PORT} AS called, ip,
      false AS is_database, peer
    FROM (
      SELECT ${CLIENT}, port, ip, arrayJoin(if(empty(hosts), [''], hosts)) AS address,
        if(length(agents) = 1, agents[1], '') AS peer
      FROM (
        SELECT toString(tenant) AS tenant, toString(service) AS service,
          toString(namespace) AS namespace, toString(cluster) AS cluster,
          attributes['server.port'] AS port, ${ipOf(IP)} AS ip,
          groupUniqArrayIf(2)(${NAME}, ${NAME} NOT IN ('', ${IP})) AS hosts,
          groupUniqArrayIf(2)(attributes['service.peer.name'],
            attributes['service.peer.name'] != '') AS agents,
          countIf((tenant, series) IN (${movedSeriesSql(join)})) AS moved
        FROM metric_series
        WHERE ${inHour(join)} AND attributes['sonde.side'] IN ('client', '')
          AND metric IN ${param.strings([...Object.values(CONNECTION_METRICS), ...REQUEST_METRICS])}
        GROUP BY tenant, service, namespace, cluster, port, ip
        HAVING moved > 0 AND ip != ''
      )
    )
    WHERE NOT (${ofLoopbackSql()})`;
}

function ofLoopbackSql(): Sql {
  return sql`startsWith(ip, '::ffff:127.') OR ip = '::1' OR ${IS_LOOPBACK}`;
}

/** Counters of clients' connections that rose lately: an address that was left is nobody's. */
function movedSeriesSql(join: MinuteJoin): Sql {
  const from = seconds(join.minuteMs - SEEN_BEFORE_MS);
  return sql`
    SELECT tenant, series FROM metric_samples
    WHERE (tenant, metric, series) IN (SELECT tenant, metric, series FROM (${countingSeriesSql(join)}))
      AND timestamp >= ${from} AND timestamp < ${seconds(join.minuteMs + MINUTE_MS)}
      AND isFinite(value)
    GROUP BY tenant, series
    HAVING max(value) > min(value) OR (max(value) > 0
      AND (max(start_timestamp) >= ${from} OR any(temporality) = 1))`;
}
