import { joinSql, param, type Sql, sql } from '@sonde/store';
import { ipOf } from './address-owners-sql.ts';

/** Attributes by which instrumentation of either generation says whom it called. */
const ADDRESS_KEYS = [
  'server.address',
  'net.peer.name',
  'network.peer.address',
  'net.sock.peer.addr',
  'http.host',
];
/** Of these the first that is one: where the connection went, else a name that is an address. */
const IP_KEYS = [
  'network.peer.address',
  'net.sock.peer.addr',
  'server.address',
  'net.peer.name',
  'net.peer.ip',
];
const PORT_KEYS = ['server.port', 'net.peer.port', 'network.peer.port', 'net.sock.peer.port'];
/** The port that the connection went to, where it is another one than what was asked for. */
const PEER_PORT_KEYS = ['network.peer.port', 'net.sock.peer.port'];
const URL_KEYS = ['url.full', 'http.url'];

/** Not of the other side, but asked of the same spans. */
const SYSTEM_KEY = 'messaging.system';
const PEER_KEYS = [
  ...new Set([...ADDRESS_KEYS, ...IP_KEYS, ...PORT_KEYS, ...URL_KEYS, SYSTEM_KEY]),
];

/** Ports that instrumentation leaves out, by `db.system.name` and its older names. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  postgresql: '5432',
  cockroachdb: '26257',
  mysql: '3306',
  mariadb: '3306',
  redis: '6379',
  mongodb: '27017',
  memcached: '11211',
  cassandra: '9042',
  clickhouse: '9000',
  elasticsearch: '9200',
  opensearch: '9200',
  mssql: '1433',
  'microsoft.sql_server': '1433',
  oracle: '1521',
  'oracle.db': '1521',
};

/** Addresses that mean the host of whoever writes them; of the column `address`. */
export const IS_LOOPBACK: Sql = sql`(startsWith(address, '127.')
  OR address IN ('localhost', '::1', '[::1]'))`;

/** Who is called by an address and a port, both of them columns; empty where there is none. */
export const ADDRESS_AND_PORT: Sql = sql`if(address = '' OR port IN ('', '80', '443'), address,
  concat(address, ':', port))`;

/** What the attributes of a span tell of the other side: looking up in all of them costs far more. */
export const PEER: Sql = sql`mapFilter((k, v) -> k IN (${param.strings(PEER_KEYS)}), attributes) AS peer`;

/** What a queue is run by; of the column `peer`. */
export const MESSAGING_SYSTEM: Sql = sql`peer[${param.string(SYSTEM_KEY)}]`;

/**
 * Adds to calling spans, which have `PEER` and `db_system`, what they say of the other side:
 * `address` and `port` as they were asked for, `is_own` where that is the own host, `peer_ip` in the
 * form of `ipOf` and `peer_port` where the connection went, `url_host`. All of them empty where the
 * span does not say. A level for each use of what another defines: planning takes time for every use
 * of a name within its own level.
 */
export function withPeerSql(spans: Sql): Sql {
  return sql`
    SELECT * EXCEPT (said_port, said_ip, went_port), if(is_own, '', said_ip) AS peer_ip,
      if(went_port = '', port, went_port) AS peer_port
    FROM (
      SELECT *, ${IS_LOOPBACK} AS is_own,
        if(said_port = '' AND address != '' AND NOT startsWith(address, '/'),
          transform(toString(db_system), ${param.strings(Object.keys(DEFAULT_PORTS))},
            ${param.strings(Object.values(DEFAULT_PORTS))}, ''), said_port) AS port
      FROM (
        SELECT *, ${firstOf(ADDRESS_KEYS)} AS address, ${firstOf(PORT_KEYS)} AS said_port,
          ${firstOf(PEER_PORT_KEYS)} AS went_port, domain(${firstOf(URL_KEYS)}) AS url_host,
          ${firstOf(IP_KEYS, ipOf)} AS said_ip
        FROM (${spans})
      )
    )`;
}

/**
 * The first of these attributes that is there, as text. Looked up one by one: a lambda over the keys
 * copies all attributes of the row for each of them.
 */
function firstOf(keys: readonly string[], read?: (text: Sql) => Sql): Sql {
  const texts = joinSql(
    keys.map((key) => sql`peer[${param.string(key)}]`),
    ', ',
  );
  const found = sql`arrayFilter(said -> said != '', [${texts}])`;
  if (read === undefined) return sql`(${found})[1]`;
  return sql`arrayFirst(one -> one != '', arrayMap(said -> ${read(sql`said`)}, ${found}))`;
}
