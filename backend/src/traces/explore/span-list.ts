import { param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import type { SpanSummary, SpansResponse } from '../../api/contract/index.ts';
import { cutName } from '../../cut-name.ts';
import { atNano, inTimestamps } from '../../instant-sql.ts';
import { spanKindName } from '../../model/services/summaries.ts';
import type { StoreQuery, StoreReader } from '../../store-reader.ts';
import { newestFirst, type TimeWindow } from '../../time-windows.ts';
import { traceIdBytes } from '../list-queries.ts';
import { afterMs } from '../read-traces.ts';
import { type Asking, resolveScope, type SpanScope, type SpanWish, spansIn } from './span-scope.ts';

/** The last span of the page before. */
export interface SpanPosition {
  readonly startUnixNano: string;
  readonly spanId: string;
}

export interface SpansPageWish extends SpanWish {
  readonly after: SpanPosition | undefined;
  readonly limit: number;
}

export interface SpansFound {
  readonly spans: readonly SpanSummary[];
  readonly next: SpanPosition | undefined;
  /** Every span of the range that is newer was looked at. */
  readonly scannedFromMs: number;
}

/**
 * After so long an answer is given with what was found: who waits sees how far it is, and can stop.
 */
const WINDOWS_MS_MAX = 1000;
/** Sorts behind every real id. */
const NO_SPAN = '0000000000000000';

/** Spans in start order, newest first, window by window. */
export async function readSpans(
  store: StoreReader,
  wish: SpansPageWish,
  asking: Asking,
): Promise<SpansFound> {
  const { range, after, limit } = wish;
  const scope = await resolveScope(store, wish, asking);
  const to = after === undefined ? range.to : Math.min(range.to, afterMs(after.startUnixNano));
  const startedMs = performance.now();
  const rows: SpanListRow[] = [];
  let scannedFromMs = to;
  for (const window of newestFirst({ from: range.from, to })) {
    const page = { window, after, limit: limit + 1 - rows.length };
    rows.push(...asking.meter.rows(await store.read(spanListQuery(scope, page), asking.signal)));
    scannedFromMs = window.from;
    if (rows.length > limit || performance.now() - startedMs > WINDOWS_MS_MAX) break;
  }
  const shown = rows.slice(0, limit);
  return {
    spans: shown.map(spanSummary),
    next: nextPosition(rows, limit, { scannedFromMs, fromMs: range.from }),
    scannedFromMs: rows.length > limit ? afterMs(shown.at(-1)?.start_nano ?? '0') : scannedFromMs,
  };
}

function nextPosition(
  rows: readonly SpanListRow[],
  limit: number,
  { scannedFromMs, fromMs }: { scannedFromMs: number; fromMs: number },
): SpanPosition | undefined {
  const last = rows[limit - 1];
  if (rows.length > limit && last !== undefined) {
    return { startUnixNano: last.start_nano, spanId: last.id };
  }
  if (scannedFromMs <= fromMs) return undefined;
  return { startUnixNano: String(BigInt(scannedFromMs) * 1_000_000n), spanId: NO_SPAN };
}

interface SpanListRow {
  readonly id: string;
  readonly trace: string;
  readonly parent: string;
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  readonly start_nano: string;
  readonly duration: number;
  readonly status_code: number;
  readonly status_message: string;
}

const SpanListRowSchema: z.ZodType<SpanListRow> = z.object({
  id: z.string(),
  trace: z.string(),
  parent: z.string(),
  service: z.string(),
  name: z.string(),
  kind: z.number(),
  start_nano: z.string(),
  duration: z.number(),
  status_code: z.number(),
  status_message: z.string(),
});

interface SpanPage {
  readonly window: TimeWindow;
  readonly after: SpanPosition | undefined;
  readonly limit: number;
}

function spanListQuery(scope: SpanScope, page: SpanPage): StoreQuery<SpanListRow> {
  return spansWhere(sql`${spansIn(scope, page.window)} AND ${isAfter(page.after)}`, page.limit);
}

function spansWhere(where: Sql, limit: number): StoreQuery<SpanListRow> {
  return {
    summary: 'SELECT spans list',
    row: SpanListRowSchema,
    sql: sql`
      SELECT lower(hex(span_id)) AS id,
        lower(hex(trace_id)) AS trace,
        if(parent_span_id = toFixedString('', 8), '', lower(hex(parent_span_id))) AS parent,
        service, name, kind,
        toString(toUnixTimestamp64Nano(timestamp)) AS start_nano,
        toFloat64(duration_ns) AS duration,
        status_code,
        substringUTF8(status_message, 1, 200) AS status_message
      FROM spans
      WHERE ${where}
      ORDER BY timestamp DESC, span_id DESC
      LIMIT ${param.uint64(limit)}`,
  };
}

/** Spans around a trace that link to it. */
export async function readBackLinks(
  store: StoreReader,
  wish: { readonly tenant: string; readonly traceId: string; readonly range: TimeWindow },
  { meter, signal }: Asking,
): Promise<SpanSummary[]> {
  const where = sql`tenant = ${param.string(wish.tenant)} AND ${inTimestamps(wish.range)}
    AND has(links.trace_id, ${traceIdBytes(wish.traceId)})`;
  const rows = await store.read(spansWhere(where, BACK_LINKS_MAX), signal);
  return meter.rows(rows).map(spanSummary);
}

/** Spans that link to one trace. */
const BACK_LINKS_MAX = 100;

function isAfter(position: SpanPosition | undefined): Sql {
  if (position === undefined) return sql`1`;
  const start = atNano(position.startUnixNano);
  return sql`(timestamp < ${start} OR (timestamp = ${start}
    AND span_id < toFixedString(unhex(${param.string(position.spanId)}), 8)))`;
}

const STATUSES: readonly SpansResponse['spans'][number]['status'][] = ['unset', 'ok', 'error'];

function spanSummary(row: SpanListRow): SpanSummary {
  return {
    traceId: row.trace,
    spanId: row.id,
    parentSpanId: row.parent,
    service: cutName(row.service),
    name: cutName(row.name),
    kind: spanKindName(row.kind),
    startUnixNano: row.start_nano,
    durationNs: row.duration,
    status: STATUSES[row.status_code] ?? 'unset',
    statusMessage: row.status_message,
  };
}
