import { param, type Sql, sql } from '@sonde/store';
import { EDGES_PER_MINUTE_MAX, OPERATIONS_PER_PAIR_MAX } from './limits.ts';
import { inMinute, inWindow, type MinuteJoin, seconds } from './minute-join.ts';
import { CALLEES, CALLERS, NO_SPAN, SPAN, SPAN_COLUMNS } from './span-columns.ts';
import { unansweredSql } from './unanswered-sql.ts';

/**
 * Everything that happened between services in one minute, as rows of `edges_1m`: spans whose
 * parent is elsewhere, callers that nobody answered with a span of his own (databases, queues, hosts
 * outside), and what came out of queues. A span that was stored twice counts once.
 */
export function joinMinuteSql(join: MinuteJoin): Sql {
  const { minuteMs, version } = join;
  return sql`
    INSERT INTO edges_1m (tenant, time, version, ${EDGE_KEYS}, requests, errors, duration_ns_sum,
      duration_ns_max, duration_histogram, gap_requests, gap_ns_sum, gap_ns_max, gap_histogram)
    SELECT tenant, ${seconds(minuteMs)} AS time, ${param.uint64(version)} AS version,
      if(edge_rank > ${param.uint64(EDGES_PER_MINUTE_MAX)}, '(other)', client_service) AS client,
      if(edge_rank > ${param.uint64(EDGES_PER_MINUTE_MAX)}, '', client_namespace) AS client_ns,
      if(edge_rank > ${param.uint64(EDGES_PER_MINUTE_MAX)}, '', client_cluster) AS client_cl,
      if(edge_rank > ${param.uint64(EDGES_PER_MINUTE_MAX)}, 'service', client_kind) AS client_k,
      if(edge_rank > ${param.uint64(EDGES_PER_MINUTE_MAX)}, '(other)', server_service) AS server,
      if(edge_rank > ${param.uint64(EDGES_PER_MINUTE_MAX)}, '', server_namespace) AS server_ns,
      if(edge_rank > ${param.uint64(EDGES_PER_MINUTE_MAX)}, '', server_cluster) AS server_cl,
      if(edge_rank > ${param.uint64(EDGES_PER_MINUTE_MAX)}, 'service', server_kind) AS server_k,
      protocol,
      if(edge_rank > ${param.uint64(EDGES_PER_MINUTE_MAX)}
        OR operation_rank > ${param.uint64(OPERATIONS_PER_PAIR_MAX)}, '(other)', operation) AS called,
      origin,
      sum(requests), sum(errors), sum(duration_ns_sum), max(duration_ns_max),
      sumMap(duration_histogram.1, duration_histogram.2),
      sum(gap_requests), sum(gap_ns_sum), max(gap_ns_max), sumMap(gap_histogram.1, gap_histogram.2)
    FROM (
      SELECT *,
        row_number() OVER (PARTITION BY tenant ORDER BY requests DESC, client_service, server_service,
          operation) AS edge_rank,
        row_number() OVER (PARTITION BY tenant, client_service, client_namespace, client_cluster,
          server_service, server_namespace, server_cluster ORDER BY requests DESC, operation
        ) AS operation_rank
      FROM (${edgesSql(join)})
    )
    GROUP BY tenant, client, client_ns, client_cl, client_k, server, server_ns, server_cl, server_k,
      protocol, called, origin`;
}

const EDGE_KEYS = sql`client_service, client_namespace, client_cluster, client_kind,
  server_service, server_namespace, server_cluster, server_kind, protocol, operation, origin`;

/** A row a pair of services, protocol, operation and origin. */
function edgesSql(join: MinuteJoin): Sql {
  return sql`
    SELECT tenant, ${EDGE_KEYS},
      sum(weight) AS requests,
      sumIf(weight, is_error) AS errors,
      sum(duration * weight) AS duration_ns_sum,
      max(duration) AS duration_ns_max,
      sumMap([${bucketOf(sql`duration`)}], [weight]) AS duration_histogram,
      sumIf(weight, has_gap) AS gap_requests,
      sumIf(gap * weight, has_gap) AS gap_ns_sum,
      maxIf(gap, has_gap) AS gap_ns_max,
      sumMapIf([${bucketOf(sql`gap`)}], [weight], has_gap) AS gap_histogram
    FROM (${calledSql(join)} UNION ALL ${unansweredSql(join)} UNION ALL ${consumedSql(join)})
    GROUP BY tenant, ${EDGE_KEYS}`;
}

/** As in `red_1m`. */
export function bucketOf(durationNs: Sql): Sql {
  return sql`toUInt16(floor(log2(greatest(${durationNs}, 1)) * 4))`;
}

/**
 * Spans whose parent is a span of another service, or the calling side of a call to its own. A call is
 * its caller's where that is a calling span: the other side may be another instrumentation's, sampled
 * by itself, and calls that it left out are counted by their callers.
 */
function calledSql(join: MinuteJoin): Sql {
  const hasQueue = sql`(c.kind = ${param.uint8(SPAN.consumer)} AND c.messaging_destination != '')`;
  return sql`
    SELECT c.tenant AS tenant,
      p.service AS client_service, p.namespace AS client_namespace, p.cluster AS client_cluster,
      'service' AS client_kind,
      c.service AS server_service, c.namespace AS server_namespace, c.cluster AS server_cluster,
      'service' AS server_kind,
      multiIf(c.rpc_method != '' OR p.rpc_method != '', 'rpc',
        c.http_request_method != '' OR p.http_request_method != '', 'http',
        c.messaging_destination != '', 'messaging', '') AS protocol,
      toString(c.name) AS operation,
      if(has_gap, p.origin, c.origin) AS origin, if(has_gap, p.weight, c.weight) AS weight,
      p.kind IN ${CALLERS} AS has_gap,
      c.status_code = 2 OR (has_gap AND p.status_code = 2) AS is_error,
      greatest(if(has_gap, p.duration_ns, c.duration_ns), 0) AS duration,
      greatest(p.duration_ns - greatest(c.duration_ns, 0), 0) AS gap
    FROM (
      SELECT ${SPAN_COLUMNS}, parent_span_id FROM spans
      WHERE ${inMinute(join)} AND parent_span_id != ${NO_SPAN} AND parent_span_id != span_id
      LIMIT 1 BY tenant, trace_id, span_id
    ) AS c
    INNER JOIN (
      SELECT ${SPAN_COLUMNS} FROM spans
      WHERE ${inWindow(join)} AND span_id IN (
        SELECT parent_span_id FROM spans
        WHERE ${inMinute(join)} AND parent_span_id != ${NO_SPAN}
      )
      LIMIT 1 BY tenant, trace_id, span_id
    ) AS p
    ON c.tenant = p.tenant AND c.trace_id = p.trace_id AND c.parent_span_id = p.span_id
    WHERE NOT ${hasQueue} AND (
      (p.service, p.namespace, p.cluster) != (c.service, c.namespace, c.cluster)
      OR (p.kind IN ${CALLERS} AND c.kind IN ${CALLEES})
    )`;
}

/** Work that was taken from a queue: the queue is who asked. */
function consumedSql(join: MinuteJoin): Sql {
  return sql`
    SELECT tenant, toString(messaging_destination) AS client_service, '' AS client_namespace,
      '' AS client_cluster, 'messaging' AS client_kind,
      service AS server_service, namespace AS server_namespace, cluster AS server_cluster,
      'service' AS server_kind, attributes['messaging.system'] AS protocol,
      toString(name) AS operation, origin, weight,
      0 AS has_gap, status_code = 2 AS is_error, greatest(duration_ns, 0) AS duration,
      toInt64(0) AS gap
    FROM spans
    WHERE ${inMinute(join)} AND kind = ${param.uint8(SPAN.consumer)} AND messaging_destination != ''
    LIMIT 1 BY tenant, trace_id, span_id`;
}

/** What there was of a minute before it was joined, by tenant: parallel lists. */
export interface MinuteContent {
  readonly tenants: readonly string[];
  /** In `red_1m`. */
  readonly spans: readonly number[];
  /** Of connections. */
  readonly points: readonly number[];
}

/**
 * The rows of `edge_minutes` by which the edges of this version are read, with how many calls came
 * from elsewhere and of how many the caller was not found.
 */
export function recordMinuteSql(join: MinuteJoin, { tenants, spans, points }: MinuteContent): Sql {
  const texts = (numbers: readonly number[]) => param.strings(numbers.map(String));
  const called = sql`${inMinute(join)} AND kind IN ${CALLEES} AND parent_span_id != ${NO_SPAN}
    AND NOT (kind = ${param.uint8(SPAN.consumer)} AND messaging_destination != '')`;
  return sql`
    INSERT INTO edge_minutes (tenant, time, version, spans, points, calls, unresolved)
    SELECT came.1 AS tenant, ${seconds(join.minuteMs)}, ${param.uint64(join.version)},
      toFloat64(came.2), toFloat64(came.3), found.calls, found.unresolved
    FROM (
      SELECT arrayJoin(arrayZip(${param.strings(tenants)}, ${texts(spans)}, ${texts(points)})) AS came
    ) AS known
    LEFT JOIN (
      SELECT toString(tenant) AS of_tenant, sum(weight) AS calls,
        sumIf(weight, (tenant, trace_id, parent_span_id) NOT IN (
          SELECT tenant, trace_id, span_id FROM spans
          WHERE ${inWindow(join)} AND span_id IN (SELECT parent_span_id FROM spans WHERE ${called})
        )) AS unresolved
      FROM spans
      WHERE ${called}
      GROUP BY of_tenant
    ) AS found ON known.came.1 = found.of_tenant`;
}
