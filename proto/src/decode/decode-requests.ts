import type { Columns } from '../columns/index.ts';
import { LogColumns } from '../columns/log-columns.ts';
import { MetricColumns } from '../columns/metric-columns.ts';
import { ProfileColumns } from '../columns/profile-columns.ts';
import { SpanColumns } from '../columns/span-columns.ts';
import type { EncodedRequest } from '../encoded-request.ts';
import { MalformedError } from '../malformed.ts';
import type { Signal } from '../signal.ts';
import {
  appendRequest,
  type Batch,
  decodeLogRecords,
  decodeMetricRows,
  decodeSpans,
  type RequestDecoder,
} from './decode-request.ts';
import { decodeProfilesRequest } from './profiles-request.ts';

/** A batch with more rows than this makes the columns grow while it is decoded. */
const ROWS_AT_FIRST_MAX = 262_144;

/**
 * Decodes requests of one signal, in order, into a new batch: what `Telemetry` of `@sonde/pipeline`
 * takes as `decode`.
 *
 * Throws `MalformedError` whose `requestIndex` names the request.
 */
export function decodeRequests(signal: Signal, requests: readonly EncodedRequest[]): Columns {
  let items = 0;
  for (const request of requests) items += request.itemCount;
  const rows = Math.min(Math.max(items, 1), ROWS_AT_FIRST_MAX);
  switch (signal) {
    case 'traces':
      return decodeAll(new SpanColumns(rows), requests, decodeSpans);
    case 'logs':
      return decodeAll(new LogColumns(rows), requests, decodeLogRecords);
    case 'metrics':
      return decodeAll(
        new MetricColumns(Math.max(16, rows >>> 3), rows),
        requests,
        decodeMetricRows,
      );
    case 'profiles':
      return decodeAll(new ProfileColumns(), requests, decodeProfilesRequest);
  }
}

function decodeAll<C extends Batch>(
  columns: C,
  requests: readonly EncodedRequest[],
  decode: RequestDecoder<C>,
): C {
  for (const [index, request] of requests.entries()) {
    try {
      appendRequest(columns, request.bytes, request, decode);
    } catch (error) {
      if (error instanceof MalformedError) error.requestIndex = index;
      throw error;
    }
  }
  return columns;
}
