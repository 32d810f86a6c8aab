import { encodeSpan, type KeyValue, type Span, SpanRequestWriter } from '@sonde/proto';
import type { Workload } from '../entities/workload.ts';
import { SPANS_PER_BATCH, SPANS_WAITING_MAX } from '../limits.ts';
import { SCOPE } from '../metrics/metrics-request.ts';
import { ExchangeFlag } from '../records/layout.ts';
import type { Exchange } from '../requests/exchange.ts';
import type { PlainExchange } from '../requests/plain-exchanges.ts';
import type { PlainSpan } from '../requests/plain-series.ts';
import { errorTypeOf, exchangeAttributes } from '../requests/protocols.ts';
import {
  parseTraceparent,
  readTraceparent,
  TRACE_ID_BYTES,
  type TraceParent,
} from '../requests/trace-links.ts';
import { ClockOffset, type PlainIds, plainSpanOf, writePlainSpan } from './plain-spans.ts';
import { IdPool, RatioSampler } from './sampler.ts';
import { kindOf, STATUS_ERROR, spanNameOf } from './span-fields.ts';
import { WaitingChildren } from './waiting-children.ts';

const NS_PER_MS = 1e6;
const PARENT_BYTES = 8;
const SPAN_ID_BYTES = 8;

export interface SpanQueueOptions {
  /** Share of exchanges that become spans, 0 to 1. */
  readonly ratio: number;
  /** Slower ones are kept whatever the ratio, as are failed ones. */
  readonly slowMs: number;
  readonly peerOf: (exchange: Exchange) => readonly KeyValue[];
}

export interface EncodedSpans {
  readonly bytes: Uint8Array;
  readonly itemCount: number;
}

interface NewSpan {
  readonly exchange: Exchange;
  readonly offsetNs: bigint;
  readonly traceId: Uint8Array;
  readonly parentSpanId: Uint8Array | undefined;
}

/** Of a request whose own span was not kept. */
const NO_PARENT = new Uint8Array(8);

/** Spans of exchanges, waiting to be handed on; encoded as they come: an object that waits costs more. */
export class SpanQueue {
  readonly #options: SpanQueueOptions;
  readonly #sampler: RatioSampler;
  readonly #ids = new IdPool();
  readonly #children = new WaitingChildren();
  readonly #writer = new SpanRequestWriter<Workload>(SCOPE.name, ({ resource }) => ({
    attributes: resource,
  }));
  readonly #clock = new ClockOffset();
  /** Of one plain exchange after the other: trace and parent, and its own id. */
  readonly #context = new Uint8Array(TRACE_ID_BYTES + PARENT_BYTES);
  readonly #fields: PlainIds = {
    traceId: this.#context.subarray(0, TRACE_ID_BYTES),
    spanId: new Uint8Array(SPAN_ID_BYTES),
    parentSpanId: undefined,
    traceState: undefined,
  };
  readonly #parentSpanId = this.#context.subarray(TRACE_ID_BYTES);
  #waiting = 0;
  #dropped = 0;

  constructor(options: SpanQueueOptions) {
    this.#options = options;
    this.#sampler = new RatioSampler(options.ratio);
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Spans that found the queue full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Nothing waits, neither for its batch nor for the request that it was sent for. */
  get isEmpty(): boolean {
    return this.#waiting === 0 && this.#children.size === 0;
  }

  get isBatchFull(): boolean {
    return this.#waiting >= SPANS_PER_BATCH;
  }

  /** What the spans of exchanges that are like this one have in common. */
  plainSpanOf(exchange: Exchange): PlainSpan {
    return plainSpanOf(exchange, this.#options.peerOf(exchange));
  }

  /**
   * The span of an exchange that is like one before, where it is to have one; false where others hang
   * together with it: it has to be read then, and comes by `add`.
   */
  takePlain(exchange: PlainExchange, offsetNs: bigint): boolean {
    const { record, span } = exchange;
    if (span === undefined || record.parentCookie !== 0) return false;
    if (this.#children.has(record.cookie, record.sequence)) return false;
    const isNotable = span.isFailed || record.durationNs >= this.#options.slowMs * NS_PER_MS;
    const ids = this.#fields;
    const isCarried =
      (record.exchangeFlags & ExchangeFlag.traced) !== 0 &&
      readTraceparent(record.bytes, record.textEnd, this.#context);
    if (!isCarried) this.#ids.write(ids.traceId);
    if (!isNotable && !this.#sampler.keeps(ids.traceId)) return true;
    if (this.#isFull()) return true;
    this.#clock.set(offsetNs);
    this.#ids.write(ids.spanId);
    ids.parentSpanId = isCarried ? this.#parentSpanId : undefined;
    ids.traceState = isNotable ? undefined : this.#sampler.traceState;
    const list = this.#writer.spansOf(exchange.workload);
    writePlainSpan(list, exchange, { span, ids, clock: this.#clock });
    this.#waiting++;
    return true;
  }

  #isFull(): boolean {
    if (this.#waiting < SPANS_WAITING_MAX) return false;
    this.#dropped++;
    return true;
  }

  /** `offsetNs`: from CLOCK_MONOTONIC to the epoch. */
  add(exchange: Exchange, offsetNs: bigint): void {
    const isHeld = exchange.links?.parentCookie && this.#children.hold(exchange, offsetNs);
    if (!isHeld) this.#join(exchange, offsetNs, undefined);
  }

  /** Those sent for a request that never ended are on their own after a while. */
  expire(): void {
    for (const { exchange, offsetNs } of this.#children.expired()) {
      this.#join(exchange, offsetNs, undefined);
    }
  }

  /** The span of an exchange, and of those that were sent for it. */
  #join(exchange: Exchange, offsetNs: bigint, parent: TraceParent | undefined): void {
    const carried = parseTraceparent(exchange.links?.traceparent);
    const context = carried ?? parent;
    const traceId = context?.traceId ?? this.#ids.traceId();
    const children = this.#children.of(exchange);
    const spanId = this.#push({ exchange, offsetNs, traceId, parentSpanId: context?.spanId });
    for (const child of children) {
      this.#join(child.exchange, child.offsetNs, { traceId, spanId: spanId ?? NO_PARENT });
    }
  }

  /** The span's id; undefined when there is none. */
  #push({ exchange, offsetNs, traceId, parentSpanId }: NewSpan): Uint8Array | undefined {
    const isNotable =
      exchange.durationNs >= this.#options.slowMs * NS_PER_MS ||
      errorTypeOf(exchange) !== undefined;
    const isSampled = this.#sampler.keeps(traceId);
    if (!isSampled && !isNotable) return undefined;
    if (this.#isFull()) return undefined;
    const { traceState } = this.#sampler;
    const span = {
      ...this.#spanOf(exchange, offsetNs),
      traceId,
      ...(isNotable || traceState === undefined ? {} : { traceState }),
      ...(parentSpanId === undefined || parentSpanId === NO_PARENT ? {} : { parentSpanId }),
    };
    this.#writer.spansOf(exchange.workload).encoded(encodeSpan(span));
    this.#waiting++;
    return span.spanId;
  }

  /** Everything that waits, as one request; undefined when nothing does. */
  take(): EncodedSpans | undefined {
    if (this.#waiting === 0) return undefined;
    const itemCount = this.#waiting;
    this.#waiting = 0;
    return { bytes: this.#writer.finish(), itemCount };
  }

  #spanOf(exchange: Exchange, offsetNs: bigint): Omit<Span, 'traceId'> & { spanId: Uint8Array } {
    const start = BigInt(Math.round(exchange.startNs)) + offsetNs;
    const errorType = errorTypeOf(exchange);
    return {
      spanId: this.#ids.spanId(),
      name: spanNameOf(exchange),
      kind: kindOf(exchange),
      startTimeUnixNano: start,
      endTimeUnixNano: start + BigInt(Math.round(exchange.durationNs)),
      attributes: [
        ...exchangeAttributes(exchange),
        ...this.#options.peerOf(exchange),
        ...exchange.protocol.details(exchange),
      ],
      ...(errorType === undefined ? {} : { status: { code: STATUS_ERROR } }),
    };
  }
}
