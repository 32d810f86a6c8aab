import { encodeRequest, type KeyValue, type Span, type TracesRequest } from '@sonde/proto';
import type { Workload } from '../entities/workload.ts';
import { SPANS_PER_BATCH, SPANS_WAITING_MAX } from '../limits.ts';
import { SCOPE } from '../metrics/metrics-request.ts';
import { type Exchange, isServer } from '../requests/exchange.ts';
import { errorTypeOf, exchangeAttributes } from '../requests/protocols.ts';
import { IdPool, RatioSampler } from './sampler.ts';

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

/** Spans of exchanges, waiting to be handed on. */
export class SpanQueue {
  readonly #options: SpanQueueOptions;
  readonly #sampler: RatioSampler;
  readonly #ids = new IdPool();
  #byWorkload = new Map<Workload, Span[]>();
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

  get isBatchFull(): boolean {
    return this.#waiting >= SPANS_PER_BATCH;
  }

  /** `offsetNs`: from CLOCK_MONOTONIC to the epoch. */
  add(exchange: Exchange, offsetNs: bigint): void {
    const traceId = this.#ids.traceId();
    const isNotable =
      exchange.durationNs >= this.#options.slowMs * NS_PER_MS ||
      errorTypeOf(exchange) !== undefined;
    const isSampled = this.#sampler.keeps(traceId);
    if (!isSampled && !isNotable) return;
    if (this.#waiting >= SPANS_WAITING_MAX) {
      this.#dropped++;
      return;
    }
    const { traceState } = this.#sampler;
    const weighted = isNotable || traceState === undefined ? {} : { traceState };
    const span = { ...this.#spanOf(exchange, offsetNs), traceId, ...weighted };
    const spans = this.#byWorkload.get(exchange.workload);
    if (spans === undefined) this.#byWorkload.set(exchange.workload, [span]);
    else spans.push(span);
    this.#waiting++;
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

  #spanOf(exchange: Exchange, offsetNs: bigint): Omit<Span, 'traceId'> {
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
