import { internText } from '../columns/intern.ts';
import type { LogColumns } from '../columns/log-columns.ts';
import type { MetricColumns } from '../columns/metric-columns.ts';
import type { ProfileColumns } from '../columns/profile-columns.ts';
import type { Segments } from '../columns/segments.ts';
import type { SpanColumns } from '../columns/span-columns.ts';
import { startRowBudget } from '../protobuf/row-budget.ts';
import { openSource, type Source } from '../protobuf/source.ts';
import { decodeRequest, type GroupedRows } from './groups.ts';
import { decodeLogRecord } from './log-record.ts';
import { decodeMetric } from './metric.ts';
import { decodeProfilesRequest } from './profiles-request.ts';
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

/** Appends the rows of a request to a batch. */
export type RequestDecoder<C> = (source: Source, columns: C) => void;

export const decodeSpans: RequestDecoder<SpanColumns> = (source, columns) =>
  decodeRequest(source, columns, decodeSpan);
export const decodeLogRecords: RequestDecoder<LogColumns> = (source, columns) =>
  decodeRequest(source, columns, decodeLogRecord);
export const decodeMetricRows: RequestDecoder<MetricColumns> = (source, columns) =>
  decodeRequest(source, columns, decodeMetric);

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
  appendRequest(columns, bytes, segment, decodeSpans);
  return columns.count - before;
}

/** As `decodeTraces`, for an `ExportLogsServiceRequest`; returns the log records in it. */
export function decodeLogs(
  columns: LogColumns,
  bytes: Uint8Array,
  segment: SegmentOptions,
): number {
  const before = columns.count;
  appendRequest(columns, bytes, segment, decodeLogRecords);
  return columns.count - before;
}

/** As `decodeTraces`, for an `ExportMetricsServiceRequest`; returns the data points in it. */
export function decodeMetrics(
  columns: MetricColumns,
  bytes: Uint8Array,
  segment: SegmentOptions,
): number {
  const before = columns.pointCount();
  appendRequest(columns, bytes, segment, decodeMetricRows);
  return columns.pointCount() - before;
}

/**
 * As `decodeTraces`, for an `ExportProfilesServiceRequest`; returns the samples in it, a profile
 * without samples as one.
 */
export function decodeProfiles(
  columns: ProfileColumns,
  bytes: Uint8Array,
  segment: SegmentOptions,
): number {
  const before = columns.count;
  appendRequest(columns, bytes, segment, decodeProfilesRequest);
  return columns.itemCount(before);
}

/** Decodes one request into a batch, or leaves the batch as it was. */
export function appendRequest<C extends Batch>(
  columns: C,
  bytes: Uint8Array,
  segment: SegmentOptions,
  decode: RequestDecoder<C>,
): void {
  const source = openSource(bytes);
  startRowBudget();
  columns.mark();
  try {
    decode(source, columns);
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
