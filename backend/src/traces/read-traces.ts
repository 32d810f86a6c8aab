import type { CostMeter } from '../store-cost.ts';
import type { StoreReader } from '../store-reader.ts';
import { newestFirst, type TimeWindow } from '../time-windows.ts';
import {
  LATE_SPAN_MS_MAX,
  seenQuery,
  type TraceFilter,
  type TracePosition,
  type TraceRow,
  tracesQuery,
} from './list-queries.ts';

/** A row of the roll-ups. */
const MINUTE_MS = 60_000;

export interface TracesWish {
  readonly filter: TraceFilter;
  readonly range: TimeWindow;
  readonly after: TracePosition | undefined;
  readonly limit: number;
}

export interface TracesFound {
  readonly rows: readonly TraceRow[];
  /** Where the page ends; undefined when there is nothing after it. */
  readonly next: TracePosition | undefined;
}

/** One page of traces, newest first, looking no further back than it must. */
export async function readTraces(
  store: StoreReader,
  wish: TracesWish,
  request: { meter: CostMeter; signal: AbortSignal },
): Promise<TracesFound> {
  const { filter, range, after, limit } = wish;
  const newest = after === undefined ? range.to : afterMs(after.startUnixNano);
  const wished = { from: range.from, to: Math.min(range.to, newest) };
  const narrowed = await whereSeen(store, { filter, range: wished }, request);
  const rows: TraceRow[] = [];
  for (const window of newestFirst(narrowed)) {
    // One more than the page holds says whether there is a next one.
    const page = { window, after, limit: limit + 1 - rows.length };
    const answer = await store.read(tracesQuery(filter, page), request.signal);
    rows.push(...request.meter.rows(answer));
    if (rows.length > limit) break;
  }
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const next = last && { startUnixNano: last.start_nano, traceId: last.id };
  return { rows: shown, next };
}

/** The part of the range in which a trace with such a span can have started; empty when none is. */
async function whereSeen(
  store: StoreReader,
  { filter, range }: Pick<TracesWish, 'filter' | 'range'>,
  request: { meter: CostMeter; signal: AbortSignal },
): Promise<TimeWindow> {
  if (filter.service === undefined && filter.operation === undefined) return range;
  const [seen] = request.meter.rows(await store.read(seenQuery(filter, range), request.signal));
  const { first_ms: firstMs = null, last_ms: lastMs = null } = seen ?? {};
  if (firstMs === null || lastMs === null) return { from: range.from, to: range.from };
  return {
    from: Math.max(range.from, firstMs - LATE_SPAN_MS_MAX),
    to: Math.min(range.to, lastMs + MINUTE_MS),
  };
}

/** The end of a window that still holds everything at that time. */
export function afterMs(unixNano: string): number {
  return Number(BigInt(unixNano) / 1_000_000n) + 1;
}
