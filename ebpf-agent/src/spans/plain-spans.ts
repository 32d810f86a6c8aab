import {
  encodeKey,
  encodeSpan,
  type KeyValue,
  type SpanListWriter,
  type Words,
} from '@sonde/proto';
import type { RecordView } from '../records/record-view.ts';
import { type Exchange, isServer } from '../requests/exchange.ts';
import { schemeOf } from '../requests/http-protocol.ts';
import type { PlainExchange } from '../requests/plain-exchanges.ts';
import type { PlainSpan } from '../requests/plain-series.ts';
import { errorTypeOf, exchangeAttributes } from '../requests/protocols.ts';
import { kindOf, STATUS_ERROR, spanNameOf } from './span-fields.ts';

const KEYS = {
  path: encodeKey('url.path'),
  url: encodeKey('url.full'),
  requestSize: encodeKey('http.request.size'),
  responseSize: encodeKey('http.response.size'),
} as const;

const WORD = 2 ** 32;

/** What all spans have in common of plain exchanges that are like this one. */
export function plainSpanOf(exchange: Exchange, peer: readonly KeyValue[]): PlainSpan {
  const isFailed = errorTypeOf(exchange) !== undefined;
  return {
    common: encodeSpan({
      name: spanNameOf(exchange),
      kind: kindOf(exchange),
      attributes: [...exchangeAttributes(exchange), ...peer],
      ...(isFailed ? { status: { code: STATUS_ERROR } } : {}),
    }),
    isFailed,
    isServer: isServer(exchange),
    origin: isServer(exchange) ? new Uint8Array() : Buffer.from(originOf(exchange)),
  };
}

function originOf({ connection }: Exchange): string {
  const { host, peerAddress, peerPort, isPlaced } = connection;
  const port = isPlaced ? `:${peerPort}` : '';
  return `${schemeOf({ connection })}://${host ?? peerAddress}${port}`;
}

/** Ids of one span after the other, in the same memory. */
export interface PlainIds {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  parentSpanId: Uint8Array | undefined;
  traceState: string | undefined;
}

interface Moment {
  low: number;
  high: number;
}

/** From CLOCK_MONOTONIC to the epoch, in two words: a span's times are past what a number holds. */
export class ClockOffset {
  #offsetNs = 0n;
  #low = 0;
  #high = 0;

  set(offsetNs: bigint): void {
    if (offsetNs === this.#offsetNs) return;
    this.#offsetNs = offsetNs;
    this.#low = Number(BigInt.asUintN(32, offsetNs));
    this.#high = Number(offsetNs >> 32n);
  }

  /** `ns`: whole, below 2^53. Writes into the object that is given, and gives it back. */
  unixOf(ns: number, into: Moment): Words {
    const sum = (ns % WORD) + this.#low;
    into.low = sum | 0;
    into.high = (Math.floor(ns / WORD) + this.#high + (sum >= WORD ? 1 : 0)) | 0;
    return into;
  }
}

/** Used for one span after the other. */
const MOMENTS = { start: { low: 0, high: 0 }, end: { low: 0, high: 0 } };

interface PlainSpanFields {
  readonly span: PlainSpan;
  readonly ids: PlainIds;
  readonly clock: ClockOffset;
}

/** Writes the span of a plain exchange from its record. */
export function writePlainSpan(
  list: SpanListWriter,
  { record, pathStart, pathEnd }: PlainExchange,
  { span, ids, clock }: PlainSpanFields,
): void {
  const startNs = Math.round(record.atNs);
  list.begin(ids, {
    start: clock.unixOf(startNs, MOMENTS.start),
    end: clock.unixOf(startNs + Math.round(record.durationNs), MOMENTS.end),
    common: span.common,
  });
  const path = span.isServer ? KEYS.path : KEYS.url;
  list.text(path, span.origin, record.bytes, pathStart, pathEnd);
  writeSizes(list, record);
  list.end();
}

function writeSizes(list: SpanListWriter, { requestBytes, answerBytes }: RecordView): void {
  if (requestBytes > 0) list.integer(KEYS.requestSize, requestBytes);
  if (answerBytes > 0) list.integer(KEYS.responseSize, answerBytes);
}
