import { internText } from '../columns/intern.ts';
import type { LogColumns } from '../columns/log-columns.ts';
import type { MetricColumns } from '../columns/metric-columns.ts';
import type { Segments } from '../columns/segments.ts';
import type { SpanColumns } from '../columns/span-columns.ts';
import { startRowBudget } from '../protobuf/row-budget.ts';
import { openSource } from '../protobuf/source.ts';
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

export interface Batch extends GroupedRows {
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

/** Decodes one request into a batch, or leaves the batch as it was. */
export function appendRequest<C extends Batch>(
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
