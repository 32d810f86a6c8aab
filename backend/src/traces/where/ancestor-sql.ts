import { param, type Sql, sql } from '@sonde/store';
import { inTimestamps } from '../../instant-sql.ts';
import type { TimeWindow } from '../../time-windows.ts';
import type { Ancestor, SpanFilter } from './parse-where.ts';
import { type WhereScope, whereSpans } from './where-sql.ts';

/** How long before its span a parent is looked for. */
const PARENT_BEFORE_MS_MAX = 3_600_000;
/** How far below a span its descendants are looked for. */
const LEVELS_MAX = 200;

/** Of a row of `spans` within a window: whether above it is what the filter wants there. */
export function ancestorSql(filter: SpanFilter & WhereScope, window: TimeWindow): Sql {
  const { ancestor } = filter;
  if (ancestor === undefined) return sql`1`;
  const parents = { from: window.from - PARENT_BEFORE_MS_MAX, to: window.to };
  const isThere = meets(ancestor, filter, parents);
  if (ancestor.relation === 'calls') {
    return sql`(trace_id, parent_span_id) IN (SELECT trace_id, span_id FROM spans
      WHERE ${isThere})`;
  }
  const own = sql`${inWindow(filter, window)} AND ${whereSpans(filter.conditions, filter)}`;
  return sql`(trace_id, parent_span_id) IN (${atOrBelow(isThere, own, inWindow(filter, parents))})`;
}

function meets(ancestor: Ancestor, scope: WhereScope, window: TimeWindow): Sql {
  const above = ancestorSql({ ...scope, ...ancestor, ancestor: ancestor.ancestor }, window);
  return sql`${inWindow(scope, window)} AND ${whereSpans(ancestor.conditions, scope)} AND ${above}`;
}

function inWindow({ tenant }: WhereScope, window: TimeWindow): Sql {
  return sql`tenant = ${param.string(tenant)} AND ${inTimestamps(window)}`;
}

/**
 * Spans that are `upper` or below one, level by level, in the traces that have a `lower` too. A span
 * that came twice is one: else each level would double its descendants. None is met twice, since the
 * walk ends where the next `upper` begins and every span has one parent; that also ends circles.
 */
function atOrBelow(upper: Sql, lower: Sql, window: Sql): Sql {
  return sql`WITH RECURSIVE
    tree AS (
      SELECT trace_id, span_id, any(parent_span_id) AS parent, max(${upper}) AS is_upper
      FROM spans
      WHERE ${window}
        AND trace_id IN (SELECT trace_id FROM spans WHERE ${upper})
        AND trace_id IN (SELECT trace_id FROM spans WHERE ${lower})
      GROUP BY trace_id, span_id),
    below AS (
      SELECT trace_id, span_id, toUInt32(0) AS level FROM tree WHERE is_upper
      UNION ALL
      SELECT tree.trace_id, tree.span_id, toUInt32(level + 1)
      FROM tree INNER JOIN below
        ON tree.trace_id = below.trace_id AND tree.parent = below.span_id
      WHERE NOT tree.is_upper AND level < ${param.uint64(LEVELS_MAX)})
    SELECT trace_id, span_id FROM below`;
}
