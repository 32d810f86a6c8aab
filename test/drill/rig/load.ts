import { randomBytes } from 'node:crypto';
import { encodeRequest, type LogRecord, type Metric, type Span } from '@sonde/proto';

/** Spans, points and log records of one request. */
export const ITEMS_A_REQUEST = 10;
export const SERVICE = 'drill';
const TIMEOUT_MS = 20_000;
/** Where nobody listens, or all is refused: do not ask in a hot loop. */
const PAUSE_MS = 20;

export type LoadSignal = 'traces' | 'metrics' | 'logs';
export const LOAD_SIGNALS: readonly LoadSignal[] = ['traces', 'metrics', 'logs'];

/** What became of the requests of a load, by number. */
export interface Sent {
  readonly signal: LoadSignal;
  readonly acknowledged: Set<number>;
  /** No answer, or a refusal: each was tried once, so its rows may be there once. */
  readonly unanswered: Set<number>;
  /** Status codes of answers that were no acknowledgement, and how often. */
  readonly refusals: Map<number, number>;
}

export interface LoadOptions {
  readonly url: () => string;
  readonly signals?: readonly LoadSignal[];
  readonly sendersPerSignal?: number;
  /** Bytes that each request carries besides, so that segments fill. */
  readonly paddingBytes?: number;
  /** Pause between two requests of a sender. Milliseconds. */
  readonly pauseMs?: number;
}

const SCOPE = { name: 'drill' };
const RESOURCE = {
  attributes: [{ key: 'service.name', value: { stringValue: SERVICE } }],
};

/** Of all loads of a drill: each request has a number of its own. */
let nextNumber = 0;

/** Sends numbered requests without pause until told to stop; each number once. */
export class Load {
  readonly sent: readonly Sent[];
  readonly #options: LoadOptions;
  readonly #senders: Promise<void>[] = [];
  #isOver = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.sent = (options.signals ?? LOAD_SIGNALS).map((signal) => ({
      signal,
      acknowledged: new Set<number>(),
      unanswered: new Set<number>(),
      refusals: new Map<number, number>(),
    }));
    for (const sent of this.sent) {
      for (let count = 0; count < (options.sendersPerSignal ?? 1); count += 1) {
        this.#senders.push(this.#send(sent));
      }
    }
  }

  get acknowledgedCount(): number {
    return this.sent.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#senders);
  }

  async #send(sent: Sent): Promise<void> {
    while (!this.#isOver) {
      nextNumber += 1;
      const number = nextNumber;
      const status = await this.#sendOne(sent.signal, number);
      if (status === 200) {
        sent.acknowledged.add(number);
        if (this.#options.pauseMs !== undefined) await pause(this.#options.pauseMs);
        continue;
      }
      sent.unanswered.add(number);
      if (status !== undefined) {
        sent.refusals.set(status, (sent.refusals.get(status) ?? 0) + 1);
      }
      await pause(PAUSE_MS);
    }
  }

  /** The answer's status; undefined when there was none. */
  async #sendOne(signal: LoadSignal, number: number): Promise<number | undefined> {
    try {
      const response = await fetch(`${this.#options.url()}/v1/${signal}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: Buffer.from(requestOf(signal, number, this.#options.paddingBytes ?? 0)),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return undefined; // The process is dead: counted as unanswered.
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function requestOf(signal: LoadSignal, number: number, paddingBytes: number): Uint8Array {
  const now = String(BigInt(Date.now()) * 1_000_000n);
  const attributes = [{ key: 'request', value: { stringValue: String(number) } }];
  if (paddingBytes > 0) {
    const text = randomBytes(paddingBytes / 2).toString('hex');
    attributes.push({ key: 'padding', value: { stringValue: text } });
  }
  switch (signal) {
    case 'traces':
      return encodeRequest(signal, {
        resourceSpans: [{ resource: RESOURCE, scopeSpans: [{ spans: spans(now, attributes) }] }],
      });
    case 'logs':
      return encodeRequest(signal, {
        resourceLogs: [{ resource: RESOURCE, scopeLogs: [{ logRecords: logs(now, attributes) }] }],
      });
    case 'metrics':
      return encodeRequest(signal, {
        resourceMetrics: [
          { resource: RESOURCE, scopeMetrics: [{ scope: SCOPE, metrics: metrics(now, number) }] },
        ],
      });
  }
}

type Attributes = readonly {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}[];

function indices(): readonly number[] {
  return Array.from({ length: ITEMS_A_REQUEST }, (_, index) => index);
}

function spans(now: string, attributes: Attributes): readonly Span[] {
  return indices().map((index) => ({
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    name: 'request',
    startTimeUnixNano: now,
    endTimeUnixNano: String(BigInt(now) + 1000n),
    attributes: index === 0 ? attributes : attributes.slice(0, 1),
  }));
}

function logs(now: string, attributes: Attributes): readonly LogRecord[] {
  return indices().map((index) => ({
    timeUnixNano: now,
    body: { stringValue: 'a line' },
    attributes: index === 0 ? attributes : attributes.slice(0, 1),
  }));
}

/** Rows of two tables: the request's number is each gauge's value and each histogram's sum. */
function metrics(now: string, number: number): readonly Metric[] {
  const point = { timeUnixNano: now, startTimeUnixNano: now };
  return [
    {
      name: 'drill.gauge',
      gauge: { dataPoints: indices().map(() => ({ ...point, asDouble: number })) },
    },
    {
      name: 'drill.histogram',
      histogram: {
        aggregationTemporality: 1,
        dataPoints: indices().map(() => ({
          ...point,
          count: '1',
          sum: number,
          bucketCounts: ['1', '0'],
          explicitBounds: [1],
        })),
      },
    },
  ];
}
