import { encodeRequest, type KeyValue, type Span, type TracesRequest } from '@sonde/proto';
import type { Workload } from '../entities/workload.ts';
import { SPANS_PER_BATCH, SPANS_WAITING_MAX } from '../limits.ts';
import { SCOPE } from '../metrics/metrics-request.ts';
import { ExchangeFlag } from '../records/layout.ts';
import type { RecordView } from '../records/record-view.ts';
import { type Exchange, isServer } from '../requests/exchange.ts';
import { errorTypeOf, exchangeAttributes } from '../requests/protocols.ts';
import { parseTraceparent, type TraceParent } from '../requests/trace-links.ts';
import { IdPool, RatioSampler } from './sampler.ts';
import { WaitingChildren } from './waiting-children.ts';

const KIND_SERVER = 2;
const KIND_CLIENT = 3;
const STATUS_ERROR = 2;
const NS_PER_MS = 1e6;

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

/** Spans of exchanges, waiting to be handed on. */
export class SpanQueue {
  readonly #options: SpanQueueOptions;
  readonly #sampler: RatioSampler;
  readonly #ids = new IdPool();
  readonly #children = new WaitingChildren();
  #byWorkload = new Map<Workload, Span[]>();
  #waiting = 0;
  #dropped = 0;
  /** Of the exchange that was wanted last and has no trace of its own. */
  #drawn: Uint8Array | undefined;

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

  get isBatchFull(): boolean {
    return this.#waiting >= SPANS_PER_BATCH;
  }

  /**
   * Whether an exchange that a record tells whole becomes a span, or may: `add` is called for it next
   * then. Of one without a trace of its own its id is drawn here, before anything is made for it.
   */
  wants(record: RecordView, isFailed: boolean): boolean {
    if (record.exchangeFlags & ExchangeFlag.traced || record.parentCookie !== 0) return true;
    if (isFailed || record.durationNs >= this.#options.slowMs * NS_PER_MS) return true;
    if (this.#children.has(record.cookie, record.sequence)) return true;
    this.#drawn = this.#sampler.draw(this.#ids);
    return this.#drawn !== undefined;
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
    const traceId = context?.traceId ?? this.#takeDrawn() ?? this.#ids.traceId();
    const children = this.#children.of(exchange);
    const spanId = this.#push({ exchange, offsetNs, traceId, parentSpanId: context?.spanId });
    for (const child of children) {
      this.#join(child.exchange, child.offsetNs, { traceId, spanId: spanId ?? NO_PARENT });
    }
  }

  #takeDrawn(): Uint8Array | undefined {
    const drawn = this.#drawn;
    this.#drawn = undefined;
    return drawn;
  }

  /** The span's id; undefined when there is none. */
  #push({ exchange, offsetNs, traceId, parentSpanId }: NewSpan): Uint8Array | undefined {
    const isNotable =
      exchange.durationNs >= this.#options.slowMs * NS_PER_MS ||
      errorTypeOf(exchange) !== undefined;
    const isSampled = this.#sampler.keeps(traceId);
    if (!isSampled && !isNotable) return undefined;
    if (this.#waiting >= SPANS_WAITING_MAX) {
      this.#dropped++;
      return undefined;
    }
    const { traceState } = this.#sampler;
    const span = {
      ...this.#spanOf(exchange, offsetNs),
      traceId,
      ...(isNotable || traceState === undefined ? {} : { traceState }),
      ...(parentSpanId === undefined || parentSpanId === NO_PARENT ? {} : { parentSpanId }),
    };
    const spans = this.#byWorkload.get(exchange.workload);
    if (spans === undefined) this.#byWorkload.set(exchange.workload, [span]);
    else spans.push(span);
    this.#waiting++;
    return span.spanId;
  }

  /** Everything that waits, as one request; undefined when nothing does. */
  take(): EncodedSpans | undefined {
    if (this.#waiting === 0) return undefined;
    const resourceSpans: TracesRequest['resourceSpans'][number][] = [];
    for (const [workload, spans] of this.#byWorkload) {
      const resource = { attributes: workload.resource };
      resourceSpans.push({ resource, scopeSpans: [{ scope: SCOPE, spans }] });
    }
    const itemCount = this.#waiting;
    this.#byWorkload = new Map();
    this.#waiting = 0;
    return { bytes: encodeRequest('traces', { resourceSpans }), itemCount };
  }

  #spanOf(exchange: Exchange, offsetNs: bigint): Omit<Span, 'traceId'> & { spanId: Uint8Array } {
    const start = BigInt(Math.round(exchange.startNs)) + offsetNs;
    const errorType = errorTypeOf(exchange);
    return {
      spanId: this.#ids.spanId(),
      name: spanNameOf(exchange),
      kind: isServer(exchange) ? KIND_SERVER : KIND_CLIENT,
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

/** As the conventions name spans: method and route, operation and table. */
function spanNameOf(exchange: Exchange): string {
  const { operation, target } = exchange.meaning;
  const name = [operation, target].filter((part) => part !== '').join(' ');
  return name || exchange.protocol.name;
}
