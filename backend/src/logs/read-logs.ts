import type { LogRecord } from '../api/contract/index.ts';
import type { StoreReader } from '../store-reader.ts';
import { newestFirst } from '../time-windows.ts';
import { logsQuery } from './list-query.ts';
import { type LogPosition, type LogRow, positionOf, recordOf } from './log-rows.ts';
import { type Asking, type LogWish, resolveLogScope } from './log-scope.ts';
import { readResourceValues } from './resource-values.ts';

export interface LogsWish extends LogWish {
  readonly after: LogPosition | undefined;
  readonly limit: number;
  /** Attributes of resources that come with the records. */
  readonly resourceKeys: readonly string[];
}

export interface LogsFound {
  readonly records: readonly LogRecord[];
  /** Where the page ends; undefined when there is nothing after it. */
  readonly next: LogPosition | undefined;
  /** Every record of the range that is newer was looked at. */
  readonly scannedFromMs: number;
}

/**
 * After so long an answer is given with what was found: who waits sees how far it is, and can stop.
 */
const WINDOWS_MS_MAX = 1000;

/** One page of records, newest first, window by window, looking no further back than it must. */
export async function readLogs(
  store: StoreReader,
  wish: LogsWish,
  asking: Asking,
): Promise<LogsFound> {
  const { range, after, limit, resourceKeys: keys } = wish;
  const scope = await resolveLogScope(store, wish, asking);
  const to = after === undefined ? range.to : Math.min(range.to, endMs(after));
  const startedMs = performance.now();
  const rows: LogRow[] = [];
  let scannedFromMs = to;
  for (const window of newestFirst({ from: range.from, to })) {
    // One more than the page holds says whether there is a next one.
    const page = { window, after, limit: limit + 1 - rows.length };
    rows.push(...asking.meter.rows(await store.read(logsQuery(scope, page), asking.signal)));
    scannedFromMs = window.from;
    if (rows.length > limit || performance.now() - startedMs > WINDOWS_MS_MAX) break;
  }
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const next = last === undefined ? boundary(scannedFromMs, range.from) : positionOf(last);
  const { tenant } = wish.filter;
  const values = await readResourceValues(store, { tenant, range, keys, rows: shown }, asking);
  return {
    records: shown.map((row) => recordOf(row, values.get(row.resource))),
    next,
    scannedFromMs: last === undefined ? scannedFromMs : endMs(positionOf(last)),
  };
}

/** In front of every record of the last window; undefined when all windows were looked at. */
function boundary(scannedFromMs: number, fromMs: number): LogPosition | undefined {
  if (scannedFromMs <= fromMs) return undefined;
  return [String(BigInt(scannedFromMs) * 1_000_000n), 0, '0', '0'];
}

/** The end of a window that still holds everything at the position's time. */
export function endMs([timeUnixNano]: LogPosition): number {
  return Number(BigInt(timeUnixNano) / 1_000_000n) + 1;
}
