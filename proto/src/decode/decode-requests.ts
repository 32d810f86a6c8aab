import type { Columns } from '../columns/index.ts';
import { LogColumns } from '../columns/log-columns.ts';
import { MetricColumns } from '../columns/metric-columns.ts';
import { ProfileColumns } from '../columns/profile-columns.ts';
import { type ClosedSlab, newSlab, releaseSlab, withSlab } from '../columns/slab.ts';
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

/** How long requests are decoded at a time, where others are to have their turn. Milliseconds. */
const SLICE_MS = 8;

/**
 * Decodes requests of one signal, in order, into a new batch: what `Telemetry` of `@sonde/pipeline`
 * takes as `decode`.
 *
 * Throws `MalformedError` whose `requestIndex` names the request.
 */
export function decodeRequests(signal: Signal, requests: readonly EncodedRequest[]): Columns {
  const decoding = new Decoding(signal, requests);
  decoding.go(Number.POSITIVE_INFINITY);
  return decoding.end();
}

/**
 * As `decodeRequests`; after `sliceMs` at a time the event loop is others' until `nextTurn` resolves.
 * One request is never cut.
 */
export async function decodeRequestsInTurns(
  signal: Signal,
  requests: readonly EncodedRequest[],
  {
    nextTurn,
    sliceMs = SLICE_MS,
  }: { readonly nextTurn: () => Promise<void>; readonly sliceMs?: number },
): Promise<Columns> {
  const decoding = new Decoding(signal, requests);
  while (!decoding.go(sliceMs)) await nextTurn();
  return decoding.end();
}

/**
 * The memory of a decoded batch becomes that of later ones: nobody may have the columns any more, nor
 * what shares an array with them. Of columns that were not decoded nothing happens.
 */
export function releaseColumns(columns: Columns): void {
  const slab = slabs.get(columns);
  if (slab !== undefined) releaseSlab(slab);
}

/** What decoded batches are cut from. */
const slabs = new WeakMap<Columns, ClosedSlab>();

/** Requests on their way into columns. */
class Decoding {
  readonly #requests: readonly EncodedRequest[];
  readonly #slab: ClosedSlab;
  readonly #rows: Rows;
  #next = 0;

  constructor(signal: Signal, requests: readonly EncodedRequest[]) {
    let items = 0;
    for (const request of requests) items += request.itemCount;
    const rows = Math.min(Math.max(items, 1), ROWS_AT_FIRST_MAX);
    this.#requests = requests;
    this.#slab = newSlab(TABLE_BYTES + rows * ROW_BYTES[signal]);
    this.#rows = withSlab(this.#slab, () => newRows(signal, rows));
  }

  /** Decodes for so long, one request at least; whether that was all. */
  go(ms: number): boolean {
    return withSlab(this.#slab, () => this.#go(ms));
  }

  end(): Columns {
    const columns = this.#rows.end();
    slabs.set(columns, this.#slab);
    return columns;
  }

  #go(ms: number): boolean {
    const until = performance.now() + ms;
    while (this.#next < this.#requests.length) {
      const request = this.#requests[this.#next];
      if (request !== undefined) this.#append(request);
      this.#next++;
      if (performance.now() >= until) break;
    }
    return this.#next >= this.#requests.length;
  }

  #append(request: EncodedRequest): void {
    try {
      this.#rows.append(request);
    } catch (error) {
      if (error instanceof MalformedError) error.requestIndex = this.#next;
      throw error;
    }
  }
}

/** Columns that requests are appended to. */
interface Rows {
  append(request: EncodedRequest): void;
  /** There are no more. */
  end(): Columns;
}

function newRows(signal: Signal, rows: number): Rows {
  switch (signal) {
    case 'traces': {
      const columns = new SpanColumns(rows, spanValues.bytesFor(rows));
      return rowsOf(columns, decodeSpans, () => {
        spanValues.learn(columns.attributes.values.length, columns.count);
      });
    }
    case 'logs': {
      const columns = new LogColumns(rows, logValues.bytesFor(rows), bodies.bytesFor(rows));
      return rowsOf(columns, decodeLogRecords, () => {
        logValues.learn(columns.attributes.values.length, columns.count);
        bodies.learn(columns.body.run.length, columns.count);
      });
    }
    case 'metrics':
      return rowsOf(new MetricColumns(Math.max(16, rows >>> 3), rows), decodeMetricRows);
    case 'profiles':
      return rowsOf(new ProfileColumns(), decodeProfilesRequest);
  }
}

function rowsOf<C extends Batch & Columns>(
  columns: C,
  decode: RequestDecoder<C>,
  learn: () => void = () => {},
): Rows {
  return {
    append: (request) => appendRequest(columns, request.bytes, request, decode),
    end: () => {
      learn();
      return columns;
    },
  };
}
