import type { LogRecord, LogsResponse } from '../api/contract/index.ts';
import { attributesOf } from '../attributes.ts';
import type { CostMeter } from '../store-cost.ts';
import type { StoreReader } from '../store-reader.ts';
import { spread, type TimeSteps } from '../time-steps.ts';
import { newestFirst, type TimeWindow } from '../time-windows.ts';
import {
  type LogFilter,
  type LogPosition,
  type LogRow,
  logHistogramQuery,
  logsQuery,
} from './queries.ts';

export interface LogsWish {
  readonly filter: LogFilter;
  readonly range: TimeWindow;
  readonly after: LogPosition | undefined;
  readonly limit: number;
}

export interface LogsFound {
  readonly records: readonly LogRecord[];
  /** Where the page ends; undefined when there is nothing after it. */
  readonly next: LogPosition | undefined;
}

interface ReadRequest {
  readonly meter: CostMeter;
  readonly signal: AbortSignal;
}

/** One page of records, newest first, looking no further back than it must. */
export async function readLogs(
  store: StoreReader,
  wish: LogsWish,
  request: ReadRequest,
): Promise<LogsFound> {
  const { filter, range, after, limit } = wish;
  const to = after === undefined ? range.to : Math.min(range.to, endAt(after));
  const rows: LogRow[] = [];
  for (const window of newestFirst({ from: range.from, to })) {
    // One more than the page holds says whether there is a next one.
    const page = { window, after, limit: limit + 1 - rows.length };
    const answer = await store.read(logsQuery(filter, page), request.signal);
    rows.push(...request.meter.rows(answer));
    if (rows.length > limit) break;
  }
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { records: shown.map(recordOf), next: last && positionOf(last) };
}

/** The end of a window that still holds everything at the position's time. */
function endAt([timeUnixNano]: LogPosition): number {
  return Number(BigInt(timeUnixNano) / 1_000_000n) + 1;
}

function positionOf(row: LogRow): LogPosition {
  return [row.time_nano, row.retention_days, row.block, row.offset];
}

function recordOf(row: LogRow): LogRecord {
  return {
    timeUnixNano: row.time_nano,
    observedTimeUnixNano: row.observed_nano,
    service: row.service,
    severityNumber: row.severity_number,
    severityText: row.severity_text,
    body: row.body,
    eventName: row.event_name,
    traceId: row.trace,
    spanId: row.span,
    scopeName: row.scope_name,
    attributes: attributesOf(row.attribute_arrays),
    resourceFingerprint: row.resource,
  };
}

/** Records a step by severity class, of all that match the filter. */
export async function readLogHistogram(
  store: StoreReader,
  wish: { filter: LogFilter; steps: TimeSteps },
  request: ReadRequest,
): Promise<LogsResponse['histogram']> {
  const { filter, steps } = wish;
  const answer = await store.read(logHistogramQuery(filter, steps), request.signal);
  const rows = request.meter.rows(answer);
  const indexes = rows.map((row) => row.step);
  const line = (values: number[]): number[] => spread(steps, { indexes, values }, 0);
  return {
    stepMs: steps.stepMs,
    fromMs: steps.fromMs,
    error: line(rows.map((row) => row.error_count)),
    warn: line(rows.map((row) => row.warn_count)),
    other: line(rows.map((row) => row.other_count)),
  };
}
