import type { Consumer } from '@sonde/pipeline';
import {
  type Columns,
  decodeRequests,
  type EncodedRequest,
  itemsOf,
  type Signal,
  scanRequest,
} from '@sonde/proto';

/** A request that nobody has looked into. */
export type UncheckedRequest = Omit<EncodedRequest, 'itemCount'>;

export interface CheckedRequest {
  readonly requests: readonly [EncodedRequest];
  readonly itemCount: number;
  /** As `Telemetry` wants it. */
  decode(kept: readonly EncodedRequest[]): Columns;
  /** The pipeline has the request: says whether it looked into it at once, and keeps nothing for it. */
  handedOn(): void;
}

/** Of a request before the first of its kind; only a guess of size. */
const BYTES_AN_ITEM_AT_FIRST = 256;

/**
 * How a pipeline treats the requests of a signal. Scanning and decoding refuse the same bytes, so a
 * request that will be decoded while it is handed on need not be scanned before: where the last one
 * was, the next is checked by decoding it. Where requests wait first (a queue, a batch, a buffer) or
 * go on as bytes, columns would only take memory: those are scanned.
 */
export class PipelineHabit {
  readonly #signal: Signal;
  #decodesAtOnce = false;
  #bytesAnItem: number = BYTES_AN_ITEM_AT_FIRST;

  constructor(signal: Signal) {
    this.#signal = signal;
  }

  /** Throws `MalformedError` for bytes that are not OTLP. */
  check(request: UncheckedRequest): CheckedRequest {
    const signal = this.#signal;
    let columns = this.#decodesAtOnce ? this.#decode(request) : undefined;
    const itemCount = columns === undefined ? scanRequest(signal, request.bytes) : itemsOf(columns);
    if (itemCount > 0) this.#bytesAnItem = request.bytes.length / itemCount;
    const requests = [{ ...request, itemCount }] as const;
    let wasAsked = false;
    return {
      requests,
      itemCount,
      decode: (kept) => {
        wasAsked = true;
        const decoded = kept === requests ? columns : undefined;
        columns = undefined;
        return decoded ?? decodeRequests(signal, kept);
      },
      handedOn: () => {
        this.#decodesAtOnce = wasAsked;
        columns = undefined;
      },
    };
  }

  #decode(request: UncheckedRequest): Columns {
    const itemCount = Math.ceil(request.bytes.length / this.#bytesAnItem);
    return decodeRequests(this.#signal, [{ ...request, itemCount }]);
  }
}

const habits: WeakMap<Consumer, Map<Signal, PipelineHabit>> = new WeakMap();

export function habitOf(pipeline: Consumer, signal: Signal): PipelineHabit {
  let known = habits.get(pipeline);
  if (known === undefined) {
    known = new Map();
    habits.set(pipeline, known);
  }
  let habit = known.get(signal);
  if (habit === undefined) {
    habit = new PipelineHabit(signal);
    known.set(signal, habit);
  }
  return habit;
}
