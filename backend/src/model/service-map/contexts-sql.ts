import { param, type Sql, sql } from '@sonde/store';
import { bucketOf } from './join-sql.ts';
import {
  CONTEXT_SPANS_PER_TRACE_MAX,
  CONTEXT_TRACES_AT_ONCE,
  CONTEXTS_PER_MINUTE_MAX,
  CONTEXTS_PER_SERVICE_MAX,
} from './limits.ts';
import { inMinute, inWindow, type MinuteJoin, seconds } from './minute-join.ts';
import { NO_SPAN } from './span-columns.ts';

const MINUTE_MS = 60_000;
const MINUTE_NS = 60_000_000_000;
/** Server and consumer: a service is entered by these, wherever the caller is. */
const ENTRIES = sql`(${param.uint8(2)}, ${param.uint8(5)})`;
/** Each doubles how far up an entry is looked for: 256 spans. */
const DOUBLINGS = 8;

/**
 * The work of one minute by context, as rows of `contexts_1m`. A trace is taken as arrays, in the
 * order of its span ids, so that every span finds its parent by a binary search and its entry by
 * doubling steps: no recursion, and a circle of parents ends by itself. What a lambda looks up in is
 * copied for each of its calls, so that a trace costs the square of its spans: few are taken at once,
 * and those that are too large are left out.
 */
export function contextsOfMinuteSql(join: MinuteJoin): Sql {
  const isOther = sql`tenant_rank > ${param.uint64(CONTEXTS_PER_MINUTE_MAX)}`;
  const isRare = sql`(${isOther} OR service_rank > ${param.uint64(CONTEXTS_PER_SERVICE_MAX)})`;
  return sql`
    INSERT INTO contexts_1m (tenant, time, version, service, namespace, environment, cluster, origin,
      entry, caller, operation, requests, errors, duration_ns_sum, duration_ns_max,
      duration_histogram, self_ns_sum)
    SELECT tenant, ${seconds(join.minuteMs)} AS time,
      ${param.uint64(join.version)} AS version,
      if(${isOther}, '(other)', service) AS of_service, if(${isOther}, '', namespace) AS of_namespace,
      if(${isOther}, '', environment) AS of_environment, if(${isOther}, '', cluster) AS of_cluster,
      origin, if(${isRare}, '(other)', entry) AS of_entry, if(${isRare}, '(other)', caller) AS of_caller,
      if(${isRare}, '(other)', operation) AS of_operation,
      sum(requests), sum(errors), sum(duration_ns_sum), max(duration_ns_max),
      sumMap(duration_histogram.1, duration_histogram.2), sum(self_ns_sum)
    FROM (
      SELECT *,
        row_number() OVER (PARTITION BY tenant ORDER BY requests DESC, service, entry, caller,
          operation) AS tenant_rank,
        row_number() OVER (PARTITION BY tenant, service, namespace, environment, cluster
          ORDER BY requests DESC, entry, caller, operation) AS service_rank
      FROM (${contextsSql(join)})
    )
    GROUP BY tenant, of_service, of_namespace, of_environment, of_cluster, origin, of_entry,
      of_caller, of_operation`;
}

function contextsSql(join: MinuteJoin): Sql {
  const duration = sql`toInt64(greatest(duration_ns, 0))`;
  return sql`
    SELECT tenant, service, namespace, environment, cluster, origin, entry, caller, operation,
      sum(weight) AS requests, sumIf(weight, status_code = 2) AS errors,
      sum(${duration} * weight) AS duration_ns_sum, max(${duration}) AS duration_ns_max,
      sumMap([${bucketOf(duration)}], [weight]) AS duration_histogram,
      sum((${duration} - covered_ns) * weight) AS self_ns_sum
    FROM (${spansInContextSql(join)})
    GROUP BY tenant, service, namespace, environment, cluster, origin, entry, caller, operation`;
}

/** A row a span of the minute, with how much of its time its children cover together. */
function spansInContextSql(join: MinuteJoin): Sql {
  const from = param.int64(join.minuteMs / MINUTE_MS);
  return sql`
    SELECT tenant,
      anyIf(span.3, is_itself) AS service, anyIf(span.4, is_itself) AS namespace,
      anyIf(span.5, is_itself) AS environment, anyIf(span.6, is_itself) AS cluster,
      anyIf(span.7, is_itself) AS origin, anyIf(span.9, is_itself) AS operation,
      anyIf(span.10, is_itself) AS status_code, anyIf(span.11, is_itself) AS weight,
      anyIf(span.13, is_itself) AS duration_ns,
      anyIf(entry_name, is_itself) AS entry, anyIf(calling, is_itself) AS caller,
      toInt64(intervalLengthSumIf(covers_from, covers_to, covers_to > covers_from)) AS covered_ns
    FROM (
      SELECT tenant, trace_id, span, entry_name, calling, is_itself,
        if(is_itself, number, parent) AS owner,
        if(is_itself, toInt64(0), greatest(span.12, owner_from)) AS covers_from,
        if(is_itself, toInt64(0),
          least(span.12 + span.13, owner_from + owner_nanoseconds)) AS covers_to
      FROM (${tracesSql(join)})
      ARRAY JOIN spans AS span, arrayEnumerate(spans) AS number, parents AS parent,
        arrayMap(at -> names[at], entries) AS entry_name,
        arrayMap(at -> services[parents[at]].1, entries) AS calling,
        arrayMap(at -> starts[at], parents) AS owner_from,
        arrayMap(at -> durations[at], parents) AS owner_nanoseconds
      ARRAY JOIN [true, false] AS is_itself
    )
    WHERE owner != 0
    GROUP BY tenant, trace_id, owner
    HAVING intDiv(minIf(span.12, is_itself), ${param.int64(MINUTE_NS)}) = ${from}`;
}

/** A row a trace: its spans by id, the place of each one's parent (0: none) and of its entry. */
function tracesSql(join: MinuteJoin): Sql {
  let traces = sql`
    SELECT tenant, trace_id, spans, spans.1 AS ids, spans.9 AS names, spans.12 AS starts,
      spans.13 AS durations, arrayZip(spans.3, spans.4, spans.6) AS services,
      arrayMap(span -> if(span.2 = ${NO_SPAN} OR span.2 = span.1, 0,
        indexOfAssumeSorted(ids, span.2)), spans) AS parents,
      arrayMap((at, parent, span) ->
        if(parent = 0 OR span.8 IN ${ENTRIES} OR services[parent] != services[at], at, parent),
        arrayEnumerate(spans), parents, spans) AS entries
    FROM (
      SELECT tenant, trace_id,
        arraySort(span -> span.1, groupArray(
          (span_id, parent_span_id, toString(service), toString(namespace), toString(environment),
            toString(cluster), origin, kind, toString(name), status_code, weight,
            toUnixTimestamp64Nano(timestamp), greatest(duration_ns, 0)))) AS spans
      FROM (
        SELECT * FROM spans
        WHERE ${inWindow(join)} AND trace_id IN (SELECT trace_id FROM spans WHERE ${inMinute(join)})
        LIMIT 1 BY tenant, trace_id, span_id
      )
      GROUP BY tenant, trace_id
      HAVING count() <= ${param.uint64(CONTEXT_SPANS_PER_TRACE_MAX)}
      SETTINGS max_block_size = ${param.uint64(CONTEXT_TRACES_AT_ONCE)}
    )`;
  for (let i = 0; i < DOUBLINGS; i++) {
    traces = sql`SELECT * EXCEPT (entries), arrayMap(at -> one.entries[at], one.entries) AS entries
      FROM (${traces}) AS one`;
  }
  return traces;
}
