import { param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import { type AttributeArrays, AttributeArraysColumn } from '../attributes.ts';
import { atNano, inTimestamps } from '../instant-sql.ts';
import { ANSWER_LIMITS } from '../limits.ts';
import type { StoreQuery } from '../store-reader.ts';
import { traceIdBytes } from './list-queries.ts';
import type { TraceBounds } from './trace-bounds.ts';

const NANO_PER_MS = 1_000_000n;

export interface SpanRow {
  readonly id: string;
  readonly parent: string;
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  readonly start_nano: string;
  readonly sent_nano: string;
  readonly time_source: 'sent' | 'received' | 'observed';
  readonly duration: number;
  readonly status_code: number;
  readonly status_message: string;
  readonly trace_state: string;
  readonly scope_name: string;
  readonly scope_version: string;
  readonly origin: 'sdk' | 'ebpf' | 'derived';
  readonly attribute_arrays: AttributeArrays;
  readonly resource: string;
  readonly event_rows: readonly (readonly [string, string, AttributeArrays, number])[];
  readonly link_rows: readonly (readonly [string, string, string, AttributeArrays])[];
}

const SpanRowSchema: z.ZodType<SpanRow> = z.object({
  id: z.string(),
  parent: z.string(),
  service: z.string(),
  name: z.string(),
  kind: z.number(),
  start_nano: z.string(),
  sent_nano: z.string(),
  time_source: z.enum(['sent', 'received', 'observed']),
  duration: z.number(),
  status_code: z.number(),
  status_message: z.string(),
  trace_state: z.string(),
  scope_name: z.string(),
  scope_version: z.string(),
  origin: z.enum(['sdk', 'ebpf', 'derived']),
  attribute_arrays: AttributeArraysColumn,
  resource: z.string(),
  event_rows: z.array(z.tuple([z.string(), z.string(), AttributeArraysColumn, z.number()])),
  link_rows: z.array(z.tuple([z.string(), z.string(), z.string(), AttributeArraysColumn])),
});

export interface TraceScope {
  readonly tenant: string;
  readonly traceId: string;
  readonly bounds: TraceBounds;
}

const EVENTS = sql`arrayMap(
  (t, n, a, k, d) -> (toString(toUnixTimestamp64Nano(t)), n, (mapKeys(a), mapValues(a), k), d),
  events.timestamp, events.name, events.attributes, events.attribute_types,
  events.dropped_attributes_count)`;

const LINKS = sql`arrayMap(
  (t, s, state, a, k) -> (lower(hex(t)), lower(hex(s)), state, (mapKeys(a), mapValues(a), k)),
  links.trace_id, links.span_id, links.trace_state, links.attributes, links.attribute_types)`;

/** The spans within the bounds, in start order. */
export function spansQuery(scope: TraceScope, limit: number): StoreQuery<SpanRow> {
  return spansWhere(inTrace(scope), limit);
}

/** Spans with an error that come after `last` in start order. */
export function lateErrorsQuery(
  scope: TraceScope,
  last: Pick<SpanRow, 'start_nano' | 'id'>,
): StoreQuery<SpanRow> {
  const start = atNano(last.start_nano);
  const isAfter = sql`(timestamp > ${start} OR (timestamp = ${start}
    AND span_id > toFixedString(unhex(${param.string(last.id)}), 8)))`;
  const where = sql`${inTrace(scope)} AND status_code = 2 AND ${isAfter}`;
  return spansWhere(where, ANSWER_LIMITS.lateErrorsMax);
}

/** One span of the trace. */
export function spanQuery(scope: TraceScope, spanId: string): StoreQuery<SpanRow> {
  return spansWhere(sql`${inTrace(scope)} AND ${isSpan(spanId)}`, 1);
}

function isSpan(spanId: string): Sql {
  return sql`span_id = toFixedString(unhex(${param.string(spanId)}), 8)`;
}

function spansWhere(where: Sql, limit: number): StoreQuery<SpanRow> {
  return {
    summary: 'SELECT spans of a trace',
    row: SpanRowSchema,
    sql: sql`
      SELECT lower(hex(span_id)) AS id,
        if(parent_span_id = toFixedString('', 8), '', lower(hex(parent_span_id))) AS parent,
        service, name, kind,
        toString(toUnixTimestamp64Nano(timestamp)) AS start_nano,
        toString(reinterpretAsUInt64(sent_unix_nano)) AS sent_nano,
        time_source,
        toFloat64(duration_ns) AS duration,
        status_code, status_message, trace_state, scope_name, scope_version, origin,
        (mapKeys(attributes), mapValues(attributes), attribute_types) AS attribute_arrays,
        lower(hex(resource_fingerprint)) AS resource,
        ${EVENTS} AS event_rows,
        ${LINKS} AS link_rows
      FROM spans
      WHERE ${where}
      ORDER BY timestamp, span_id
      LIMIT ${param.uint64(limit)}`,
  };
}

export function inTrace({ tenant, traceId, bounds }: TraceScope): Sql {
  const window = {
    from: Number(BigInt(bounds.start_nano) / NANO_PER_MS),
    to: Number(BigInt(bounds.end_nano) / NANO_PER_MS) + 1,
  };
  return sql`tenant = ${param.string(tenant)} AND trace_id = ${traceIdBytes(traceId)}
    AND ${inTimestamps(window)}`;
}
