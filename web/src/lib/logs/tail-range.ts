import type { LogRecord } from '@sonde/backend/api-contract';
import { unixNanoToMs } from '../format/clock-time.ts';
import type { ResolvedRange } from '../location/time-range.ts';

/** Records that come late are looked for that far back. */
const LATE_MS = 30_000;

/**
 * Where a live tail looks next: back from the newest record it has. Whole milliseconds: records have
 * nanoseconds, the API's ranges have none.
 */
export function tailRange(
  newest: Pick<LogRecord, 'timeUnixNano'> | undefined,
  nowMs: number,
): ResolvedRange {
  const newestMs = newest === undefined ? nowMs : Math.floor(unixNanoToMs(newest.timeUnixNano));
  return { fromMs: Math.min(nowMs, newestMs) - LATE_MS, toMs: nowMs };
}
