import { param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import { type AttributeArrays, AttributeArraysColumn } from '../attributes.ts';
import { atNano, inTimestamps } from '../instant-sql.ts';
import { ANSWER_LIMITS } from '../limits.ts';
import type { CostMeter } from '../store-cost.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import { traceIdBytes } from './list-queries.ts';
import type { TraceBounds } from './trace-bounds.ts';

const NANO_PER_MS = 1_000_000n;

/** Traces up to it are read by one thread: more open every file once each, and end no sooner. */
const SMALL_TRACE_SPANS = 1000;

/** What a span has but for its links. */
interface StoredSpanRow {
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
  readonly link_count: number;
}

type LinkRow = readonly [string, string, string, AttributeArrays];

export interface SpanRow extends StoredSpanRow {
  readonly link_rows: readonly LinkRow[];
}

/** The links of one span. */
interface SpanLinksRow extends Pick<SpanRow, 'id' | 'start_nano' | 'link_rows'> {}

const SpanLinksRowSchema: z.ZodType<SpanLinksRow> = z.object({
  id: z.string(),
  start_nano: z.string(),
  link_rows: z.array(z.tuple([z.string(), z.string(), z.string(), AttributeArraysColumn])),
});

const StoredSpanRowSchema: z.ZodType<StoredSpanRow> = z.object({
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
  link_count: z.number(),
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

/** Which spans of a trace: the first `limit` of them in start order. */
export interface SpansWish {
  readonly scope: TraceScope;
  readonly where: Sql;
  readonly limit: number;
}

/** The spans within the bounds. */
export function firstSpans(scope: TraceScope, limit: number): SpansWish {
  return { scope, where: inTrace(scope), limit };
}

/** Spans with an error that come after `last` in start order. */
export function lateErrors(scope: TraceScope, last: Pick<SpanRow, 'start_nano' | 'id'>): SpansWish {
  const start = atNano(last.start_nano);
  const isAfter = sql`(timestamp > ${start} OR (timestamp = ${start}
    AND span_id > toFixedString(unhex(${param.string(last.id)}), 8)))`;
  const where = sql`${inTrace(scope)} AND status_code = 2 AND ${isAfter}`;
  return { scope, where, limit: ANSWER_LIMITS.lateErrorsMax };
}

/** One span of the trace. */
export function oneSpan(scope: TraceScope, spanId: string): SpansWish {
  const isSpan = sql`span_id = toFixedString(unhex(${param.string(spanId)}), 8)`;
  return { scope, where: sql`${inTrace(scope)} AND ${isSpan}`, limit: 1 };
}

/**
 * Reads them whole. Links are a sixth of what a span's columns cost to open, and few spans have any:
 * they are asked for when there are some.
 */
export async function readSpans(
  store: StoreReader,
  wish: SpansWish,
  meter: CostMeter,
  signal: AbortSignal,
): Promise<readonly SpanRow[]> {
  const rows = meter.rows(await store.read(spansQuery(wish), signal));
  const isLinked = rows.some((row) => row.link_count > 0);
  const linked = isLinked ? meter.rows(await store.read(linksQuery(wish), signal)) : [];
  // Spans may share an id, and a time too: the next of those that do.
  const waiting = new Map<string, SpanLinksRow[]>();
  for (const row of linked) {
    const others = waiting.get(placeOf(row));
    if (others === undefined) waiting.set(placeOf(row), [row]);
    else others.push(row);
  }
  return rows.map((row) => {
    const links = row.link_count > 0 ? waiting.get(placeOf(row))?.shift() : undefined;
    return { ...row, link_rows: links?.link_rows ?? [] };
  });
}

function placeOf({ id, start_nano }: Pick<SpanRow, 'id' | 'start_nano'>): string {
  return `${start_nano} ${id}`;
}

function spansQuery({ scope, where, limit }: SpansWish): StoreQuery<StoredSpanRow> {
  return {
    summary: 'SELECT spans of a trace',
    row: StoredSpanRowSchema,
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
        toUInt32(length(links.trace_id)) AS link_count
      FROM spans
      WHERE ${where}
      ORDER BY timestamp, span_id
      LIMIT ${param.uint64(limit)}${threadsFor(scope)}`,
  };
}

/** Of the spans with links the first, in the same order: those of the wish are among them. */
function linksQuery({ scope, where, limit }: SpansWish): StoreQuery<SpanLinksRow> {
  return {
    summary: 'SELECT links of a trace',
    row: SpanLinksRowSchema,
    sql: sql`
      SELECT lower(hex(span_id)) AS id,
        toString(toUnixTimestamp64Nano(timestamp)) AS start_nano,
        ${LINKS} AS link_rows
      FROM spans
      WHERE ${where} AND notEmpty(links.trace_id)
      ORDER BY timestamp, span_id
      LIMIT ${param.uint64(limit)}${threadsFor(scope)}`,
  };
}

function threadsFor({ bounds }: TraceScope): Sql {
  return bounds.span_count > SMALL_TRACE_SPANS ? sql`` : sql` SETTINGS max_threads = 1`;
}

export function inTrace({ tenant, traceId, bounds }: TraceScope): Sql {
  const window = {
    from: Number(BigInt(bounds.start_nano) / NANO_PER_MS),
    to: Number(BigInt(bounds.end_nano) / NANO_PER_MS) + 1,
  };
  return sql`tenant = ${param.string(tenant)} AND trace_id = ${traceIdBytes(traceId)}
    AND ${inTimestamps(window)}`;
}
