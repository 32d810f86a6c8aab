import type { Columns } from '../columns/index.ts';
import { internText } from '../columns/intern.ts';
import { LogColumns } from '../columns/log-columns.ts';
import { MetricColumns } from '../columns/metric-columns.ts';
import type { Segments } from '../columns/segments.ts';
import { SpanColumns } from '../columns/span-columns.ts';
import type { EncodedRequest } from '../encoded-request.ts';
import { MalformedError } from '../malformed.ts';
import { startRowBudget } from '../protobuf/row-budget.ts';
import { openSource } from '../protobuf/source.ts';
import type { Signal } from '../signal.ts';
import { decodeRequest, type GroupedRows, type RowDecoder } from './groups.ts';
import { decodeLogRecord } from './log-record.ts';
import { decodeMetric } from './metric.ts';
import { decodeSpan } from './span.ts';

/** What the edge knows of a request. */
export interface SegmentOptions {
  readonly tenant: string;
  /** Milliseconds since the epoch. */
  readonly receivedUnixMs: number;
}

/** A request with more rows than this makes the columns grow while it is decoded. */
const ROWS_AT_FIRST_MAX = 262_144;

interface Batch extends GroupedRows {
  readonly segments: Segments;
  mark(): void;
  rollback(): void;
}

/**
 * Appends one `ExportTraceServiceRequest` to a batch, as one segment; returns the spans in it.
 *
 * Copies what it needs: `bytes` may be reused afterwards. Throws `MalformedError`, and the batch is
 * what it was before, to the byte.
 */
export function decodeTraces(
  columns: SpanColumns,
  bytes: Uint8Array,
  segment: SegmentOptions,
): number {
  const before = columns.count;
  appendRequest(columns, bytes, segment, decodeSpan);
  return columns.count - before;
}

/** As `decodeTraces`, for an `ExportLogsServiceRequest`; returns the log records in it. */
export function decodeLogs(
  columns: LogColumns,
  bytes: Uint8Array,
  segment: SegmentOptions,
): number {
  const before = columns.count;
  appendRequest(columns, bytes, segment, decodeLogRecord);
  return columns.count - before;
}

/** As `decodeTraces`, for an `ExportMetricsServiceRequest`; returns the data points in it. */
export function decodeMetrics(
  columns: MetricColumns,
  bytes: Uint8Array,
  segment: SegmentOptions,
): number {
  const before = columns.pointCount();
  appendRequest(columns, bytes, segment, decodeMetric);
  return columns.pointCount() - before;
}

function appendRequest<C extends Batch>(
  columns: C,
  bytes: Uint8Array,
  segment: SegmentOptions,
  decodeRow: RowDecoder<C>,
): void {
  const source = openSource(bytes);
  startRowBudget();
  columns.mark();
  try {
    decodeRequest(source, columns, decodeRow);
    appendSegment(columns.segments, segment, columns.count);
  } catch (error) {
    columns.rollback();
    throw error;
  }
}

function appendSegment(segments: Segments, options: SegmentOptions, rowEnd: number): void {
  const row = segments.count;
  if (row === segments.capacity) segments.growTo(row * 2);
  segments.rowEnd[row] = rowEnd;
  segments.tenant[row] = internText(segments.tenants, options.tenant);
  segments.receivedUnixMs[row] = options.receivedUnixMs;
  segments.count = row + 1;
}

/**
 * Decodes requests of one signal, in order, into a new batch: what `Telemetry` of `@sonde/pipeline`
 * takes as `decode`.
 *
 * Throws `MalformedError` whose `requestIndex` names the request, and `RangeError` for profiles,
 * which have no columns.
 */
export function decodeRequests(signal: Signal, requests: readonly EncodedRequest[]): Columns {
  let items = 0;
  for (const request of requests) items += request.itemCount;
  const rows = Math.min(Math.max(items, 1), ROWS_AT_FIRST_MAX);
  switch (signal) {
    case 'traces':
      return decodeAll(new SpanColumns(rows), requests, decodeSpan);
    case 'logs':
      return decodeAll(new LogColumns(rows), requests, decodeLogRecord);
    case 'metrics':
      return decodeAll(new MetricColumns(Math.max(16, rows >>> 3), rows), requests, decodeMetric);
    default:
      throw new RangeError(`${signal} have no columns`);
  }
}

function decodeAll<C extends Batch>(
  columns: C,
  requests: readonly EncodedRequest[],
  decodeRow: RowDecoder<C>,
): C {
  for (const [index, request] of requests.entries()) {
    try {
      appendRequest(columns, request.bytes, request, decodeRow);
    } catch (error) {
      if (error instanceof MalformedError) error.requestIndex = index;
      throw error;
    }
  }
  return columns;
}
