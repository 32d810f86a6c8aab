import { param, type Sql, sql } from '@sonde/store';
import { connectionPeersSql } from './connection-peers-sql.ts';
import { CONNECTION_METRICS, countingSeriesSql } from './counting-series-sql.ts';
import { COUNTER_LOOKBACK_MS, EDGES_PER_MINUTE_MAX } from './limits.ts';
import { type MinuteJoin, seconds } from './minute-join.ts';
import { bucketsTogether, roundTripsSql } from './round-trips-sql.ts';

const MINUTE_MS = 60_000;

const ENDS = sql`client_service, client_namespace, client_cluster,
  server_service, server_namespace, server_cluster, server_kind`;
const COUNTS = sql`opened, failures, bytes_sent, bytes_received, retransmits, rtt_measures,
  rtt_ns_sum, rtt_histogram`;

/** Points that say what connections did, of either side: by their number late ones are seen. */
export const OF_CONNECTIONS: Sql = sql`metric IN ${param.strings(Object.values(CONNECTION_METRICS))}`;

/**
 * What clients' connections did in one minute, as rows of `connections_1m`. Beyond the limit those
 * with the fewest bytes are one row a protocol, `(other)` to `(other)`.
 */
export function connectionsOfMinuteSql(join: MinuteJoin): Sql {
  const or = (name: Sql, rest: string): Sql =>
    sql`if(edge_rank > ${param.uint64(EDGES_PER_MINUTE_MAX)}, ${param.string(rest)}, ${name})`;
  return sql`
    INSERT INTO connections_1m (tenant, time, version, ${ENDS}, client_kind, protocol, ${COUNTS})
    SELECT tenant, ${seconds(join.minuteMs)} AS time, ${param.uint64(join.version)} AS version,
      ${or(sql`client_service`, '(other)')} AS client,
      ${or(sql`client_namespace`, '')} AS client_ns, ${or(sql`client_cluster`, '')} AS client_cl,
      ${or(sql`server_service`, '(other)')} AS server,
      ${or(sql`server_namespace`, '')} AS server_ns, ${or(sql`server_cluster`, '')} AS server_cl,
      ${or(sql`server_kind`, 'service')} AS server_k,
      'service', protocol, sum(opened), sum(failures), sum(bytes_sent), sum(bytes_received),
      sum(retransmits), sum(rtt_measures), sum(rtt_ns_sum),
      ${bucketsTogether(sql`rtt_histogram.1`, sql`rtt_histogram.2`)}
    FROM (
      SELECT *, row_number() OVER (PARTITION BY tenant ORDER BY bytes_sent + bytes_received DESC,
        opened + failures DESC, client_service, server_service, protocol) AS edge_rank
      FROM (${pairsSql(join)})
    )
    GROUP BY tenant, client, client_ns, client_cl, server, server_ns, server_cl, server_k, protocol`;
}

/** A row a pair and protocol that did something in the minute. */
function pairsSql(join: MinuteJoin): Sql {
  const { opened, failures, bytes, retransmits } = CONNECTION_METRICS;
  const of = (metric: string): Sql => sql`metric = ${param.string(metric)}`;
  return sql`
    SELECT tenant, ${ENDS}, protocol,
      sumIf(added, ${of(opened)}) AS opened,
      sumIf(added, ${of(failures)}) AS failures,
      sumIf(added, ${of(bytes)} AND direction = 'transmit') AS bytes_sent,
      sumIf(added, ${of(bytes)} AND direction = 'receive') AS bytes_received,
      sumIf(added, ${of(retransmits)}) AS retransmits,
      sum(measures) AS rtt_measures, sum(ns_sum) AS rtt_ns_sum,
      ${bucketsTogether(sql`bounds`, sql`counts`)} AS rtt_histogram
    FROM (
      SELECT tenant, series, added, [] :: Array(UInt64) AS bounds, [] :: Array(Float64) AS counts,
        0. AS measures, 0. AS ns_sum
      FROM (${increasesSql(join)})
      UNION ALL
      SELECT tenant, series, 0. AS added, bounds, counts, measures, ns_sum
      FROM (${roundTripsSql(join)})
    ) AS counted
    INNER JOIN (${connectionPeersSql(join)}) AS peers
    ON counted.tenant = peers.of_tenant AND counted.series = peers.of_series
    GROUP BY tenant, ${ENDS}, protocol
    HAVING opened + failures + bytes_sent + bytes_received + retransmits > 0`;
}

/**
 * What each series added in the minute, by its points and the last one before it. A counter that
 * began anew (its start lies after the point before, or it fell) added all it shows; so did one
 * without a point before that began within the time that is looked back. What is no count is left
 * out; a cumulative point that was stored twice adds nothing.
 */
function increasesSql(join: MinuteJoin): Sql {
  const minute = seconds(join.minuteMs);
  const from = seconds(join.minuteMs - COUNTER_LOOKBACK_MS);
  return sql`
    SELECT tenant, series, sum(multiIf(
      temporality = 1, value,
      place = 1, if(start_timestamp >= ${from} AND timestamp > start_timestamp, value, 0.),
      start_timestamp > time_before OR value < value_before, value,
      value - value_before)) AS added
    FROM (
      SELECT tenant, series, timestamp, start_timestamp, temporality, value,
        row_number() OVER neighbours AS place,
        lagInFrame(timestamp) OVER neighbours AS time_before,
        lagInFrame(value) OVER neighbours AS value_before
      FROM metric_samples
      WHERE (tenant, metric, series) IN (
          SELECT tenant, metric, series FROM (${countingSeriesSql(join)}))
        AND timestamp >= ${from} AND timestamp < ${seconds(join.minuteMs + MINUTE_MS)}
        AND temporality IN (1, 2) AND is_monotonic = 1 AND value_type != 0
        AND isFinite(value) AND value >= 0 AND bitAnd(flags, 1) = 0
      WINDOW neighbours AS (PARTITION BY tenant, series ORDER BY timestamp
        ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    )
    WHERE timestamp >= ${minute}
    GROUP BY tenant, series`;
}
