import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { type AttributeArrays, AttributeArraysColumn } from '../attributes.ts';
import { atNano, inBuckets } from '../instant-sql.ts';
import { ANSWER_LIMITS } from '../limits.ts';
import type { CostMeter } from '../store-cost.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import { traceIdBytes } from './list-queries.ts';
import type { TraceBounds } from './trace-bounds.ts';

const NANO_PER_MS = 1_000_000n;

/** Traces up to it are read by one thread: more open every file once each, and end no sooner. */
const SMALL_TRACE_SPANS = 1000;

/** What a span has but for its events and links, of which it tells how many. */
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
  readonly event_count: number;
  readonly link_count: number;
}

type EventRow = readonly [string, string, AttributeArrays, number];
type LinkRow = readonly [string, string, string, AttributeArrays];

export interface SpanRow extends StoredSpanRow {
  readonly event_rows: readonly EventRow[];
  readonly link_rows: readonly LinkRow[];
}

/** What tells the spans of a trace apart. */
type SpanPlace = Pick<SpanRow, 'id' | 'start_nano'>;

/** The events of one span. */
interface SpanEventsRow extends SpanPlace, Pick<SpanRow, 'event_rows'> {}

/** The links of one span. */
interface SpanLinksRow extends SpanPlace, Pick<SpanRow, 'link_rows'> {}

/** Columns are asked for nearly as they are: the engine takes half a millisecond to plan a function. */
const HexId: z.ZodType<string> = z.string().transform((hex) => hex.toLowerCase());
const NO_SPAN = '0000000000000000';
const ParentId: z.ZodType<string> = HexId.transform((id) => (id === NO_SPAN ? '' : id));
const UnsignedNano: z.ZodType<string> = z
  .string()
  .transform((signed) => String(BigInt.asUintN(64, BigInt(signed))));

const SpanEventsRowSchema: z.ZodType<SpanEventsRow> = z.object({
  id: HexId,
  start_nano: z.string(),
  event_rows: z.array(z.tuple([z.string(), z.string(), AttributeArraysColumn, z.number()])),
});

const SpanLinksRowSchema: z.ZodType<SpanLinksRow> = z.object({
  id: HexId,
  start_nano: z.string(),
  link_rows: z.array(z.tuple([z.string(), z.string(), z.string(), AttributeArraysColumn])),
});

const StoredSpanRowSchema: z.ZodType<StoredSpanRow> = z.object({
  id: HexId,
  parent: ParentId,
  service: z.string(),
  name: z.string(),
  kind: z.number(),
  start_nano: z.string(),
  sent_nano: UnsignedNano,
  time_source: z.enum(['sent', 'received', 'observed']),
  duration: z.coerce.number(),
  status_code: z.number(),
  status_message: z.string(),
  trace_state: z.string(),
  scope_name: z.string(),
  scope_version: z.string(),
  origin: z.enum(['sdk', 'ebpf', 'derived']),
  attribute_arrays: AttributeArraysColumn,
  resource: HexId,
  event_count: uint64Number,
  link_count: uint64Number,
});

export interface TraceScope {
  readonly tenant: string;
  readonly traceId: string;
  readonly bounds: TraceBounds;
}

const PLACE = sql`hex(span_id) AS id, toUnixTimestamp64Nano(timestamp) AS start_nano`;

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
 * Reads them whole. Events and links are a third of what a span's columns cost to open, and few spans
 * have any: they are asked for when there are some. Events of a trace with errors are taken for
 * likely, and asked for at the same time.
 */
export async function readSpans(
  store: StoreReader,
  wish: SpansWish,
  meter: CostMeter,
  signal: AbortSignal,
): Promise<readonly SpanRow[]> {
  const read = async <Row>(query: StoreQuery<Row>): Promise<readonly Row[]> =>
    meter.rows(await store.read(query, signal));
  const isLikely = wish.scope.bounds.error_count > 0;
  const [rows, likely] = await Promise.all([
    read(spansQuery(wish)),
    isLikely ? read(eventsQuery(wish)) : undefined,
  ]);
  const hasEvents = rows.some((row) => row.event_count > 0);
  const hasLinks = rows.some((row) => row.link_count > 0);
  const [events, links] = await Promise.all([
    likely ?? (hasEvents ? read(eventsQuery(wish)) : []),
    hasLinks ? read(linksQuery(wish)) : [],
  ]);
  const eventsOf = nextOf(events);
  const linksOf = nextOf(links);
  return rows.map((row) => ({
    ...row,
    event_rows: (row.event_count > 0 ? eventsOf(row)?.event_rows : undefined) ?? [],
    link_rows: (row.link_count > 0 ? linksOf(row)?.link_rows : undefined) ?? [],
  }));
}

/** Takes what belongs to a span. Spans may share an id, and a time too: the next of those that do. */
function nextOf<Row extends SpanPlace>(rows: readonly Row[]): (span: SpanPlace) => Row | undefined {
  const waiting = new Map<string, Row[]>();
  for (const row of rows) {
    const others = waiting.get(placeOf(row));
    if (others === undefined) waiting.set(placeOf(row), [row]);
    else others.push(row);
  }
  return (span) => waiting.get(placeOf(span))?.shift();
}

function placeOf({ id, start_nano }: SpanPlace): string {
  return `${start_nano} ${id}`;
}

function spansQuery({ scope, where, limit }: SpansWish): StoreQuery<StoredSpanRow> {
  return {
    summary: 'SELECT spans of a trace',
    row: StoredSpanRowSchema,
    sql: sql`
      SELECT ${PLACE}, hex(parent_span_id) AS parent,
        service, name, kind,
        sent_unix_nano AS sent_nano,
        time_source,
        duration_ns AS duration,
        status_code, status_message, trace_state, scope_name, scope_version, origin,
        (mapKeys(attributes), mapValues(attributes), attribute_types) AS attribute_arrays,
        hex(resource_fingerprint) AS resource,
        length(events.timestamp) AS event_count,
        length(links.trace_id) AS link_count
      FROM spans
      WHERE ${where}
      ORDER BY timestamp, span_id
      LIMIT ${param.uint64(limit)}${threadsFor(scope)}`,
  };
}

/** Of the spans with events the first, in the same order: those of the wish are among them. */
function eventsQuery({ scope, where, limit }: SpansWish): StoreQuery<SpanEventsRow> {
  return {
    summary: 'SELECT events of a trace',
    row: SpanEventsRowSchema,
    sql: sql`
      SELECT ${PLACE}, ${EVENTS} AS event_rows
      FROM spans
      WHERE ${where} AND notEmpty(events.timestamp)
      ORDER BY timestamp, span_id
      LIMIT ${param.uint64(limit)}${threadsFor(scope)}`,
  };
}

/** Of the spans with links the first, likewise. */
function linksQuery({ scope, where, limit }: SpansWish): StoreQuery<SpanLinksRow> {
  return {
    summary: 'SELECT links of a trace',
    row: SpanLinksRowSchema,
    sql: sql`
      SELECT ${PLACE}, ${LINKS} AS link_rows
      FROM spans
      WHERE ${where} AND notEmpty(links.trace_id)
      ORDER BY timestamp, span_id
      LIMIT ${param.uint64(limit)}${threadsFor(scope)}`,
  };
}

function threadsFor({ bounds }: TraceScope): Sql {
  return bounds.span_count > SMALL_TRACE_SPANS ? sql`` : sql` SETTINGS max_threads = 1`;
}

/** The index knows the first and the last span: the id alone tells spans of their buckets apart. */
export function inTrace({ tenant, traceId, bounds }: TraceScope): Sql {
  const from = Number(BigInt(bounds.start_nano) / NANO_PER_MS);
  const to = Number(BigInt(bounds.end_nano) / NANO_PER_MS);
  return sql`tenant = ${param.string(tenant)} AND trace_id = ${traceIdBytes(traceId)}
    AND ${inBuckets({ from, to })}`;
}
