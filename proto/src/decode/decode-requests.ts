import type { Columns } from '../columns/index.ts';
import { LogColumns } from '../columns/log-columns.ts';
import { MetricColumns } from '../columns/metric-columns.ts';
import { SpanColumns } from '../columns/span-columns.ts';
import type { EncodedRequest } from '../encoded-request.ts';
import { MalformedError } from '../malformed.ts';
import type { Signal } from '../signal.ts';
import { appendRequest, type Batch } from './decode-request.ts';
import type { RowDecoder } from './groups.ts';
import { decodeLogRecord } from './log-record.ts';
import { decodeMetric } from './metric.ts';
import { decodeSpan } from './span.ts';

/** A batch with more rows than this makes the columns grow while it is decoded. */
const ROWS_AT_FIRST_MAX = 262_144;

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
