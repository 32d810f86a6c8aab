import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { atHour } from '../../instant-sql.ts';
import type { StoreQuery } from '../../store-reader.ts';
import { SPAN_FIELDS } from '../where/fields.ts';
import { type SpanScope, spansIn } from './span-scope.ts';

/** Spans with one value of what they are grouped by. */
export interface GroupRow {
  readonly value: string;
  readonly requests: number;
  readonly request_errors: number;
  readonly stored: number;
  readonly traces: number;
  readonly quantiles: readonly number[];
  readonly duration_max: number;
  /** Of all groups, the same in each row. */
  readonly groups: number;
}

const GroupRowSchema: z.ZodType<GroupRow> = z.object({
  value: z.string(),
  requests: z.number(),
  request_errors: z.number(),
  stored: uint64Number,
  traces: uint64Number,
  quantiles: z.array(z.number()),
  duration_max: z.number(),
  groups: uint64Number,
});

export const GROUP_SORTS: readonly ['rate', 'errors', 'errorRatio', 'p50', 'p95', 'p99'] = [
  'rate',
  'errors',
  'errorRatio',
  'p50',
  'p95',
  'p99',
];
export type GroupSort = (typeof GROUP_SORTS)[number];

const SORTS: Readonly<Record<GroupSort, Sql>> = {
  rate: sql`requests`,
  errors: sql`request_errors`,
  errorRatio: sql`request_errors / requests`,
  p50: sql`quantiles[1]`,
  p95: sql`quantiles[3]`,
  p99: sql`quantiles[4]`,
};

export interface GroupWish {
  readonly by: string | undefined;
  readonly sort: GroupSort;
  readonly limit: number;
  /** Whether traces are counted too: it takes memory by their number. */
  readonly countTraces: boolean;
}

/** One row a value, the first by the sort; without `by` a row of all spans. */
export function groupsQuery(scope: SpanScope, wish: GroupWish): StoreQuery<GroupRow> {
  const weight = sql`toUInt32(greatest(round(weight), 1))`;
  const traces = wish.countTraces ? sql`uniqExact(trace_id)` : sql`toUInt64(0)`;
  return {
    summary: 'SELECT spans groups',
    row: GroupRowSchema,
    sql: sql`
      SELECT *, count() OVER () AS groups
      FROM (
        SELECT ${valueSql(wish.by, scope)} AS value,
          sum(weight) AS requests,
          sumIf(weight, status_code = 2) AS request_errors,
          count() AS stored,
          ${traces} AS traces,
          arrayMap(ns -> toFloat64(ns),
            quantilesTDigestWeighted(0.5, 0.9, 0.95, 0.99)(duration_ns, ${weight})) AS quantiles,
          toFloat64(max(duration_ns)) AS duration_max
        FROM spans
        WHERE ${spansIn(scope, scope.range)}
        GROUP BY value
        HAVING stored > 0
      )
      ORDER BY ${SORTS[wish.sort]} DESC, value
      LIMIT ${param.uint64(wish.limit)}`,
  };
}

const RESOURCE_PREFIX = 'resource.';
const SPAN_PREFIX = 'span.';

function valueSql(by: string | undefined, scope: SpanScope): Sql {
  if (by === undefined) return sql`''`;
  const field = SPAN_FIELDS.get(by);
  if (field?.choices !== undefined) {
    const entries = [...field.choices];
    const stored = sql`[${numbers(entries.map(([, number]) => number))}]`;
    const words = sql`${param.strings(entries.map(([word]) => word))}`;
    return sql`transform(toInt64(${field.column}), ${stored}, ${words}, toString(${field.column}))`;
  }
  if (field !== undefined) return sql`toString(${field.column})`;
  if (by.startsWith(RESOURCE_PREFIX)) return resourceValue(by.slice(RESOURCE_PREFIX.length), scope);
  if (by.startsWith(SPAN_PREFIX)) return attributeValue(by.slice(SPAN_PREFIX.length));
  const on = scope.carriers.get(by);
  return on?.resource === true && !on.span ? resourceValue(by, scope) : attributeValue(by);
}

function numbers(values: readonly number[]): Sql {
  return values.reduce<Sql>(
    (list, value, i) =>
      i === 0 ? sql`${param.int64(value)}` : sql`${list}, ${param.int64(value)}`,
    sql``,
  );
}

function attributeValue(key: string): Sql {
  return sql`attributes[${param.string(key)}]`;
}

/** Few resources have many spans: their values are looked up, not joined. */
function resourceValue(key: string, { tenant, range }: SpanScope): Sql {
  const of = sql`(SELECT groupArray((fingerprint, value)) FROM (
    SELECT fingerprint, any(attributes[${param.string(key)}]) AS value FROM resources
    WHERE tenant = ${param.string(tenant)} AND bucket >= ${atHour(range.from)}
    GROUP BY fingerprint))`;
  return sql`transform(resource_fingerprint, tupleElement(${of} AS known, 1),
    tupleElement(known, 2), '')`;
}
