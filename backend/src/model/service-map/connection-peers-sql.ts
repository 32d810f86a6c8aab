import { param, type Sql, sql } from '@sonde/store';
import { addressOwnersSql, ipOf, listenersSql } from './address-owners-sql.ts';
import { countingSeriesSql, DATABASES, knownPeersSql } from './counting-series-sql.ts';
import { PEER_LENGTH_MAX } from './limits.ts';
import { type MinuteJoin, ownerSearch } from './minute-join.ts';
import { addressKey, namedAddressesSql } from './named-addresses-sql.ts';
import { ADDRESS_AND_PORT, IS_LOOPBACK } from './span-peers.ts';

/**
 * Both ends of every series of the minute that counts connections of a client: a row a series, with
 * `metric`, `direction` (of bytes) and `protocol`. Who is asked is named as edges of spans name it:
 * `service.peer.name`, else who had the address then, else the name that spans or requests have for it,
 * else the address, with the port.
 */
export function connectionPeersSql(join: MinuteJoin): Sql {
  const search = ownerSearch(join);
  return sql`
    SELECT tenant AS of_tenant, series AS of_series, metric, direction, protocol,
      service AS client_service, namespace AS client_namespace, cluster AS client_cluster,
      multiIf(peer_name NOT IN ('', if(listener.1 != '', listener.1, address_owner.1)), ('', '', ''),
        listener.1 != '', listener,
        address_owner != (toString(service), toString(namespace), toString(cluster)), address_owner,
        ('', '', '')) AS owner,
      substringUTF8(multiIf(peer_name != '', peer_name, owner.1 != '', owner.1,
        is_own AND host != '', if(port = '', toString(host), concat(host, ':', port)),
        is_address AND known_name != '', known_name, ${ADDRESS_AND_PORT}), 1, ${param.uint64(PEER_LENGTH_MAX)}) AS server_service,
      owner.2 AS server_namespace, owner.3 AS server_cluster,
      multiIf(is_database OR (owner.1 != '' AND listener.1 != '' AND listener_db)
          OR (peer_name = '' AND known_database), 'database',
        owner.1 != '' OR peer_name != '', 'service', 'external') AS server_kind
    FROM (${namedSeriesSql(join)}) AS named
    LEFT JOIN (${listenersSql(search)}) AS listeners
    ON named.tenant = listeners.of_tenant AND named.place = listeners.of_place
      AND named.port = listeners.of_port
    LEFT JOIN (${addressOwnersSql(search)}) AS addresses
    ON named.tenant = addresses.of_tenant AND named.peer_ip = addresses.of_address
    LEFT JOIN (${namedAddressesSql(join)}) AS known
    ON named.tenant = known.of_tenant AND named.service = known.of_service
      AND named.namespace = known.of_namespace AND named.cluster = known.of_cluster
      AND named.key = known.of_key
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
      address = own.ip AS is_address, ${addressKey(sql`peer_ip`, sql`own.port`)} AS key,
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
