import { param, type Sql, sql } from '@sonde/store';
import { OWN_NAMESPACE } from '../../own.ts';
import { CONNECTION_METRICS, DATABASES } from './counting-series-sql.ts';
import type { OwnerSearch } from './minute-join.ts';

/** Resource attributes that hold the addresses of whoever sends, one or a list. */
const IP_KEY = 'k8s.pod.ip';
const IP_LIST_KEY = 'host.ip';

const HOUR_SECONDS = 3600;

const IDENTITY = sql`(toString(service), toString(namespace), toString(cluster))`;

/** An address in one form, `::ffff:10.0.0.1` for one of IPv4; empty for what is none. */
export function ipOf(text: Sql): Sql {
  return sql`if(isIPv4String(${text}) OR isIPv6String(${text}),
    toString(toIPv6OrDefault(${text})), '')`;
}

/**
 * Who listened on a port, by agents: of the host as `of_place` for callers on it, and of the address
 * that was called for all others. `listener_db` is true where requests of a database were read there.
 * Who answered nearest to the minute, else who alone took connections in its hour.
 */
export function listenersSql(search: OwnerSearch): Sql {
  return sql`
    SELECT of_tenant, of_place, of_port, argMin(identity, distance) AS listener,
      argMin(is_db, distance) AS listener_db
    FROM (${answeredSql(search)} UNION ALL ${acceptedSql(search)})
    WHERE of_place != '' AND of_port != ''
    GROUP BY of_tenant, of_place, of_port`;
}

/** Requests that agents read where they were served. */
function answeredSql({ spansAround, middleMs }: OwnerSearch): Sql {
  return sql`
    SELECT toString(tenant) AS of_tenant, attributes['server.port'] AS of_port,
      arrayJoin([toString(host), ${ipOf(sql`attributes['network.local.address']`)}]) AS of_place,
      ${IDENTITY} AS identity, db_system != '' AS is_db,
      abs(toInt64(toUnixTimestamp(timestamp)) - ${unixSeconds(middleMs)}) AS distance
    FROM spans
    WHERE ${spansAround} AND kind = 2 AND origin = 'ebpf'
      AND has(mapKeys(attributes), 'server.port')`;
}

/** The agent tells of Sonde's own processes where they listen, and no more. */
const OWN_LISTENERS = sql`metric = 'network.tcp.listen.queue.limit'
  AND namespace = ${param.string(OWN_NAMESPACE)}`;

/** Connections that agents saw taken, by host: also before the first request, and between two. */
function acceptedSql({ middleMs }: OwnerSearch): Sql {
  return sql`
    SELECT toString(tenant) AS of_tenant, attributes['server.port'] AS of_port,
      toString(host) AS of_place, any(${IDENTITY}) AS identity,
      max(attributes['network.protocol.name'] IN ${param.strings(DATABASES)}) AS is_db,
      ${param.uint64(HOUR_SECONDS)} AS distance
    FROM metric_series
    WHERE bucket = toStartOfHour(toDateTime(${unixSeconds(middleMs)}, 'UTC'))
      AND (metric = ${param.string(CONNECTION_METRICS.opened)}
          AND attributes['sonde.side'] = 'server' OR ${OWN_LISTENERS})
    GROUP BY of_tenant, of_place, of_port
    HAVING uniqExact(${IDENTITY}) = 1`;
}

/**
 * Who had an address, by what resources say of themselves. One that several services had at once (the
 * containers of a pod, everybody on a host) is nobody's.
 */
export function addressOwnersSql(search: OwnerSearch): Sql {
  return sql`
    SELECT of_tenant, of_address,
      if(length(argMin(owners, distance) AS nearest) = 1, nearest[1], ('', '', '')) AS address_owner
    FROM (
      SELECT of_tenant, of_address, distance, groupUniqArray(2)(identity) AS owners
      FROM (${addressesSql(search)})
      WHERE of_address != ''
      GROUP BY of_tenant, of_address, distance
    )
    GROUP BY of_tenant, of_address`;
}

/** Every address of every resource, with how far from the middle it was seen, in seconds; 0: then. */
function addressesSql({ fromMs, toMs, middleMs }: OwnerSearch): Sql {
  const middle = unixSeconds(middleMs);
  const buckets = sql`bucket >= toDateTime(${unixSeconds(fromMs)} - ${param.uint64(HOUR_SECONDS)}, 'UTC')
    AND bucket < toDateTime(${unixSeconds(toMs)}, 'UTC')`;
  return sql`
    SELECT toString(owned.tenant) AS of_tenant, of_address, owned.identity AS identity,
      greatest(seen.first - ${middle}, ${middle} - seen.last, 0) AS distance
    FROM (
      SELECT tenant, fingerprint, bucket, ${IDENTITY} AS identity,
        arrayJoin(arrayMap(one -> ${ipOf(sql`one`)}, arrayConcat([attributes[${param.string(IP_KEY)}]],
          JSONExtract(attributes[${param.string(IP_LIST_KEY)}], 'Array(String)')))) AS of_address
      FROM resources
      WHERE ${buckets} AND hasAny(mapKeys(attributes), ${param.strings([IP_KEY, IP_LIST_KEY])})
      LIMIT 1 BY tenant, fingerprint, bucket, of_address
    ) AS owned
    INNER JOIN (
      SELECT tenant, fingerprint, bucket, toInt64(toUnixTimestamp(min(first_seen))) AS first,
        toInt64(toUnixTimestamp(max(last_seen))) AS last
      FROM resource_history WHERE ${buckets}
      GROUP BY tenant, fingerprint, bucket
    ) AS seen
    ON owned.tenant = seen.tenant AND owned.fingerprint = seen.fingerprint
      AND owned.bucket = seen.bucket`;
}

function unixSeconds(ms: number): Sql {
  return sql`${param.int64(Math.floor(ms / 1000))}`;
}
