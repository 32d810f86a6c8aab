import type { Columns } from '../columns/index.ts';
import { LogColumns } from '../columns/log-columns.ts';
import { MetricColumns } from '../columns/metric-columns.ts';
import { ProfileColumns } from '../columns/profile-columns.ts';
import { withSlab } from '../columns/slab.ts';
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
import { ValueRoom } from './value-room.ts';

/** A batch with more rows than this makes the columns grow while it is decoded. */
const ROWS_AT_FIRST_MAX = 262_144;

/** What the arrays of a batch take at first, text apart: of its tables, and a row. */
const TABLE_BYTES: number = 24 * 1024;
const ROW_BYTES: Readonly<Record<Signal, number>> = {
  traces: 240,
  logs: 160,
  metrics: 160,
  profiles: 0,
};

const spanValues = new ValueRoom(192);
const logValues = new ValueRoom(128);
const bodies = new ValueRoom(128);

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
  return withSlab(TABLE_BYTES + rows * ROW_BYTES[signal], () => decodeRows(signal, rows, requests));
}

function decodeRows(signal: Signal, rows: number, requests: readonly EncodedRequest[]): Columns {
  switch (signal) {
    case 'traces': {
      const columns = new SpanColumns(rows, spanValues.bytesFor(rows));
      decodeAll(columns, requests, decodeSpans);
      spanValues.learn(columns.attributes.values.length, columns.count);
      return columns;
    }
    case 'logs': {
      const columns = new LogColumns(rows, logValues.bytesFor(rows), bodies.bytesFor(rows));
      decodeAll(columns, requests, decodeLogRecords);
      logValues.learn(columns.attributes.values.length, columns.count);
      bodies.learn(columns.body.run.length, columns.count);
      return columns;
    }
    case 'metrics': {
      const columns = new MetricColumns(Math.max(16, rows >>> 3), rows);
      return decodeAll(columns, requests, decodeMetricRows);
    }
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
