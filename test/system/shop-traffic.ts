import { encodeRequest, type KeyValue, type LogRecord, type Span } from '@sonde/proto';

/**
 * Requests of a small shop with a bad quarter of an hour: in it one checkout of two waits for a slow
 * query, and payments by one bank fail. Seeded, so that a test can count.
 */
export interface ShopTraffic {
  readonly fromMs: number;
  readonly toMs: number;
  readonly requestsPerMinute: number;
  /** The bad part. */
  readonly badFromMs: number;
  readonly badToMs: number;
}

interface ShopSpan extends Span {
  readonly service: string;
}

interface ShopLog extends LogRecord {
  readonly service: string;
}

export interface ShopRequest {
  readonly spans: readonly ShopSpan[];
  readonly logs: readonly ShopLog[];
}

const NANO_PER_MS = 1_000_000;
const STATUS_ERROR = 2;
const SERVER = 2;
const CLIENT = 3;
const BANKS = ['alder', 'birch', 'cedar'] as const;
const FAILING_BANK = 'cedar';
const VERSIONS: Readonly<Record<string, string>> = { checkout: '2.4.0', payment: '1.9.3' };

/** A number generator whose sequence depends on the seed alone (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** All requests of the range, oldest first. */
export function* shopRequests(traffic: ShopTraffic): Generator<ShopRequest> {
  const random = seeded(7);
  const stepMs = 60_000 / traffic.requestsPerMinute;
  for (let ms = traffic.fromMs; ms < traffic.toMs; ms += stepMs) {
    const isBad = ms >= traffic.badFromMs && ms < traffic.badToMs;
    yield random() < 0.6 ? browse(ms, random) : checkout(ms, random, isBad);
  }
}

function browse(ms: number, random: () => number): ShopRequest {
  const trace = new TraceWriter(random);
  const queryMs = 1 + random() ** 3 * 12;
  const root = trace.add('frontend', 'GET /products', {
    ms,
    durationMs: queryMs + 6,
    kind: SERVER,
  });
  const call = trace.add('catalog', 'GET /catalog/{category}', {
    ...{ ms: ms + 2, durationMs: queryMs + 3, kind: SERVER, parent: root },
    attributes: [text('http.route', '/catalog/{category}'), text('user.id', userOf(random))],
  });
  trace.add('catalog', 'SELECT products', {
    ...{ ms: ms + 3, durationMs: queryMs, kind: CLIENT, parent: call },
    attributes: [text('db.system.name', 'postgresql')],
  });
  return trace;
}

function checkout(ms: number, random: () => number, isBad: boolean): ShopRequest {
  const trace = new TraceWriter(random);
  const bank = BANKS[Math.floor(random() * BANKS.length)] ?? 'alder';
  const isSlow = isBad && random() < 0.5;
  const fails = isBad && bank === FAILING_BANK;
  const queryMs = isSlow ? 900 + random() * 600 : 3 + random() * 6;
  const payMs = 20 + random() * 30;
  const status = fails ? { status: { code: STATUS_ERROR, message: 'payment refused' } } : {};
  const attributes = [text('payment.bank', bank), text('user.id', userOf(random))];
  const root = trace.add('frontend', 'POST /checkout', {
    ...{ ms, durationMs: queryMs + payMs + 12, kind: SERVER, attributes, ...status },
  });
  const order = trace.add('checkout', 'POST /orders', {
    ...{ ms: ms + 2, durationMs: queryMs + payMs + 8, kind: SERVER, parent: root, attributes },
    ...status,
  });
  trace.add('checkout', 'INSERT orders', {
    ...{ ms: ms + 4, durationMs: queryMs, kind: CLIENT, parent: order },
    attributes: [text('db.system.name', 'postgresql')],
  });
  trace.add('payment', 'POST /charge', {
    ...{ ms: ms + 5 + queryMs, durationMs: payMs, kind: SERVER, parent: order, attributes },
    ...(fails ? { ...status, events: [declined(ms + 5 + queryMs + payMs)] } : {}),
  });
  if (fails) trace.log('payment', `card of bank ${bank} was declined`, ms + 5 + queryMs + payMs);
  return trace;
}

function declined(ms: number): NonNullable<Span['events']>[number] {
  const stack =
    'BankError: declined\n    at charge (payment.js:41:11)\n    at pay (payment.js:17:5)';
  return {
    timeUnixNano: nano(ms),
    name: 'exception',
    attributes: [
      text('exception.type', 'BankError'),
      text('exception.message', 'declined'),
      text('exception.stacktrace', stack),
    ],
  };
}

interface SpanWish {
  readonly ms: number;
  readonly durationMs: number;
  readonly kind: number;
  readonly parent?: string;
  readonly attributes?: KeyValue[];
  readonly status?: NonNullable<Span['status']>;
  readonly events?: NonNullable<Span['events']>;
}

class TraceWriter implements ShopRequest {
  readonly spans: ShopSpan[] = [];
  readonly logs: ShopLog[] = [];
  readonly #traceId: string;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
    this.#traceId = hex(random, 16);
  }

  add(service: string, name: string, wish: SpanWish): string {
    const { ms, durationMs, parent = '', ...rest } = wish;
    const spanId = hex(this.#random, 8);
    this.spans.push({
      ...rest,
      ...{ service, name, spanId, parentSpanId: parent, traceId: this.#traceId },
      startTimeUnixNano: nano(ms),
      endTimeUnixNano: nano(ms + durationMs),
    });
    return spanId;
  }

  log(service: string, body: string, ms: number): void {
    const spanId = this.spans.at(-1)?.spanId ?? '';
    const severity = { severityNumber: 17, severityText: 'ERROR' };
    const ids = { traceId: this.#traceId, spanId };
    this.logs.push({
      ...severity,
      ...ids,
      service,
      body: { stringValue: body },
      timeUnixNano: nano(ms),
    });
  }
}

/** One trace of so many spans: a job that works on items in threes. */
export function wideTrace(count: number, endMs: number, traceId: string): readonly ShopSpan[] {
  const random = seeded(count);
  const totalMs = 8000;
  const spanIdOf = (index: number): string => `aaaaaaaa${index.toString(16).padStart(8, '0')}`;
  return Array.from({ length: count }, (_, index): ShopSpan => {
    const parent = index === 0 ? -1 : (index - 1) >> (index % 3 === 0 ? 2 : 3);
    const share = index / count;
    const startMs = endMs - totalMs + share * totalMs * 0.9;
    const durationMs = index === 0 ? totalMs : 2 + random() * 300;
    return {
      service: ['jobs', 'catalog', 'stock', 'mail'][index % 4] ?? 'jobs',
      name: index === 0 ? 'nightly import' : `item.${['read', 'check', 'write'][index % 3]}`,
      kind: index === 0 ? 1 : CLIENT,
      traceId,
      spanId: spanIdOf(index),
      parentSpanId: parent < 0 ? '' : spanIdOf(parent),
      startTimeUnixNano: nano(startMs),
      endTimeUnixNano: nano(startMs + durationMs),
      attributes: [text('item.id', String(index))],
      ...(index % 997 === 996 ? { status: { code: STATUS_ERROR, message: 'bad item' } } : {}),
    };
  });
}

/** Spans as the body of one export request. */
export function tracesBody(spans: readonly ShopSpan[]): Uint8Array {
  return encodeRequest('traces', {
    resourceSpans: byService(spans).map(([service, of]) => ({
      resource: resourceOf(service),
      scopeSpans: [{ scope: { name: 'shop' }, spans: of }],
    })),
  });
}

export function logsBody(records: readonly ShopLog[]): Uint8Array {
  return encodeRequest('logs', {
    resourceLogs: byService(records).map(([service, of]) => ({
      resource: resourceOf(service),
      scopeLogs: [{ scope: { name: 'shop' }, logRecords: of }],
    })),
  });
}

function byService<T extends { readonly service: string }>(rows: readonly T[]): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.service);
    if (group === undefined) groups.set(row.service, [row]);
    else group.push(row);
  }
  return [...groups];
}

function resourceOf(service: string): { attributes: KeyValue[] } {
  return {
    attributes: [
      text('service.name', service),
      text('service.namespace', 'shop'),
      text('service.version', VERSIONS[service] ?? '1.0.0'),
      text('deployment.environment.name', 'production'),
      text('host.name', `${service}-1`),
    ],
  };
}

function text(key: string, value: string): KeyValue {
  return { key, value: { stringValue: value } };
}

function userOf(random: () => number): string {
  return `user-${Math.floor(random() * 500)}`;
}

function hex(random: () => number, bytes: number): string {
  const byte = (): string =>
    Math.floor(random() * 256)
      .toString(16)
      .padStart(2, '0');
  return Array.from({ length: bytes }, byte).join('');
}

function nano(ms: number): bigint {
  return BigInt(Math.round(ms * 1000)) * BigInt(NANO_PER_MS / 1000);
}
