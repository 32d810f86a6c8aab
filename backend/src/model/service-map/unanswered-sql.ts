import { param, type Sql, sql } from '@sonde/store';
import { addressOwnersSql, ipOf, listenersSql } from './address-owners-sql.ts';
import { PEER_LENGTH_MAX } from './limits.ts';
import { inMinute, inWindow, type MinuteJoin, mirrored, ownerSearch } from './minute-join.ts';
import { addressKey, namedAddressesSql } from './named-addresses-sql.ts';
import { CALLEES, CALLERS, SPAN_COLUMNS } from './span-columns.ts';
import { ADDRESS_AND_PORT, MESSAGING_SYSTEM, PEER, withPeerSql } from './span-peers.ts';

/**
 * Calls that no span of the called side belongs to: by what the caller says of it. An address is
 * whoever had it around that minute: the process that an agent saw listening there, on the own host
 * or another one, else the one service whose resources name that address as theirs. A name is whoever
 * has the address that agents know behind it, and an address the name that spans have for it.
 */
export function unansweredSql(join: MinuteJoin): Sql {
  return sql`
    SELECT tenant, service AS client_service, namespace AS client_namespace,
      cluster AS client_cluster, 'service' AS client_kind,
      substringUTF8(multiIf(messaging_destination != '', messaging_destination,
        named != '', named, owner.1 != '', owner.1,
        own_port != '' AND host != '', concat(host, ':', own_port),
        known_name != '' AND is_address, known_name,
        called != '', called,
        url_host != '', url_host,
        db_system), 1, ${param.uint64(PEER_LENGTH_MAX)}) AS server_service,
      if(is_owned, owner.2, '') AS server_namespace, if(is_owned, owner.3, '') AS server_cluster,
      multiIf(messaging_destination != '', 'messaging',
        db_system != '' OR (is_owned AND listener.1 != '' AND listener_db), 'database',
        is_owned OR named != '', 'service', 'external') AS server_kind,
      multiIf(messaging_destination != '', ${MESSAGING_SYSTEM},
        db_system != '', db_system, rpc_method != '', 'rpc', http_request_method != '', 'http', ''
      ) AS protocol,
      toString(name) AS operation, origin, weight,
      0 AS has_gap, status_code = 2 AS is_error, greatest(duration_ns, 0) AS duration,
      toInt64(0) AS gap
    FROM (${ownedSql(join)})
    WHERE server_service != ''`;
}

/**
 * Calling spans of the minute with who had the address that they called: `is_owned` where that is
 * who is meant, by its own name or without one.
 */
function ownedSql(join: MinuteJoin): Sql {
  const search = ownerSearch(join);
  return sql`
    SELECT *,
      multiIf(listener.1 != '', listener,
        address_owner != (toString(service), toString(namespace), toString(cluster)), address_owner,
        ('', '', '')) AS owner,
      if(peer_service != '', peer_service, known_peer) AS named,
      owner.1 != '' AND messaging_destination = '' AND named IN ('', owner.1) AS is_owned
    FROM (${addressedSql(join)}) AS callers
    LEFT JOIN (${listenersSql(search)}) AS listeners
    ON callers.tenant = listeners.of_tenant AND callers.place = listeners.of_place
      AND callers.peer_port = listeners.of_port
    LEFT JOIN (${addressOwnersSql(search)}) AS addresses
    ON callers.tenant = addresses.of_tenant AND callers.ip = addresses.of_address`;
}

/** Calling spans of the minute that nobody answered, with the address that they called. */
function addressedSql(join: MinuteJoin): Sql {
  return sql`
    SELECT *, if(peer_ip != '' OR is_own, peer_ip, known_ip) AS ip,
      if(is_own, toString(host), ip) AS place
    FROM (
      SELECT *, if(is_own, port, '') AS own_port, ${ADDRESS_AND_PORT} AS called,
        ${ipOf(sql`address`)} != '' AS is_address,
        multiIf(messaging_destination != '' OR peer_service != '' OR is_own, '',
          peer_ip != '', ${addressKey(sql`peer_ip`, sql`peer_port`)}, called) AS key
      FROM (${withPeerSql(unansweredSpansSql(join))})
    ) AS calls
    LEFT JOIN (${namedAddressesSql(join)}) AS known
    ON calls.tenant = known.of_tenant AND calls.service = known.of_service
      AND calls.namespace = known.of_namespace AND calls.cluster = known.of_cluster
      AND calls.key = known.of_key`;
}

function unansweredSpansSql(join: MinuteJoin): Sql {
  return sql`
    SELECT ${SPAN_COLUMNS}, db_system, peer_service, host, ${PEER}
    FROM spans
    WHERE ${inMinute(join)} AND kind IN ${CALLERS}
      AND (messaging_destination != '' OR (tenant, trace_id, span_id) NOT IN (
        SELECT tenant, trace_id, parent_span_id FROM spans
        WHERE ${inWindow(mirrored(join))} AND kind IN ${CALLEES} AND parent_span_id IN (
          SELECT span_id FROM spans WHERE ${inMinute(join)} AND kind IN ${CALLERS}
        )
      ))
    LIMIT 1 BY tenant, trace_id, span_id`;
}
