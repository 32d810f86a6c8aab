import type { CostMeter } from '../store-cost.ts';
import type { StoreReader } from '../store-reader.ts';
import { newestFirst, type TimeWindow } from '../time-windows.ts';
import {
  type TraceFilter,
  type TracePosition,
  type TraceRow,
  tracesQuery,
} from './list-queries.ts';

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
  const rows: TraceRow[] = [];
  for (const window of newestFirst({ from: range.from, to: Math.min(range.to, newest) })) {
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

/** The end of a window that still holds everything at that time. */
export function afterMs(unixNano: string): number {
  return Number(BigInt(unixNano) / 1_000_000n) + 1;
}
