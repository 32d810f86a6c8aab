import { encodeRequest, type KeyValue, type Span } from '@sonde/proto';
import { seeded } from './shop-traffic.ts';

/** A span of which a test knows for how many it stands. */
export interface MeteredSpan extends Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  /** May be negative. */
  readonly durationMs: number;
  readonly isError: boolean;
  readonly weight: number;
}

/** One call: what its caller says, and what is called. */
export interface MeteredCall {
  readonly client: MeteredSpan;
  readonly server: MeteredSpan;
}

export const NAMESPACE = 'metered';
export const INTERNAL = 1;
export const SERVER = 2;
export const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;
const STATUS_ERROR = 2;
const NANO_PER_MS = 1_000_000n;

/** How samplers say for how many a span stands: by the threshold, among other members. */
const STATES: readonly (readonly [traceState: string, weight: number])[] = [
  ['', 1],
  ['ot=th:8', 2],
  ['vendor=x,ot=th:c;rv:f0000000000000', 4],
  ['ot=th:e,other=y', 8],
  ['ot=th:4', 4 / 3],
];
/** Of these a call is named after the first; the second sends no caller's span for some. */
const PAIRS = [
  ['desk', 'stock'],
  ['desk', 'prices'],
  ['stock', 'prices'],
] as const;

/** Calls with weights, errors on either side, durations over many orders, some of them negative. */
export function meteredCalls(
  count: number,
  range: { fromMs: number; toMs: number },
): MeteredCall[] {
  const random = seeded(11);
  const idOf = (index: number, side: number): string =>
    (index * 4 + side + 1).toString(16).padStart(16, '0');
  return Array.from({ length: count }, (_, index): MeteredCall => {
    const [traceState, weight] = STATES[Math.floor(random() * STATES.length)] ?? ['', 1];
    const [caller, called] = PAIRS[index % PAIRS.length] ?? PAIRS[0];
    const isMessage = index % 5 === 0;
    const name = isMessage ? 'orders' : `GET /${index % 4}`;
    const traceId = (index + 1).toString(16).padStart(32, 'd');
    const startMs = Math.floor(range.fromMs + random() * (range.toMs - range.fromMs));
    const durationMs = index % 50 === 7 ? -400 : Math.ceil(Math.exp(random() * 9));
    const side = (of: Omit<Parting, 'startMs'>): MeteredSpan =>
      metered({ traceId, traceState, name, weight, startMs, ...of });
    const parent = idOf(index, 0);
    return {
      client: side({
        ...{ service: caller, kind: isMessage ? PRODUCER : CLIENT, spanId: parent },
        ...{ durationMs: durationMs + 30, isError: random() < 0.1 },
      }),
      server: side({
        ...{ service: called, kind: isMessage ? CONSUMER : SERVER, spanId: idOf(index, 1) },
        ...{ parentSpanId: parent, durationMs, isError: random() < 0.2 },
      }),
    };
  });
}

/** Work of a service that is no call, one a call. */
export function innerWork(calls: readonly MeteredCall[]): MeteredSpan[] {
  return calls.map(({ server }, index) => {
    const { traceId, traceState, service, weight, startMs, spanId } = server;
    return metered({
      ...{ traceId, traceState, service, weight, startMs, parentSpanId: spanId },
      ...{ name: 'work', kind: INTERNAL, durationMs: index % 90, isError: index % 11 === 0 },
      spanId: spanId.replace(/^0/, 'a'),
    });
  });
}

interface Parting
  extends Pick<MeteredSpan, 'service' | 'kind' | 'durationMs' | 'isError' | 'startMs' | 'spanId'> {
  readonly parentSpanId?: string;
}

function metered(
  of: Parting & Pick<MeteredSpan, 'name' | 'weight' | 'traceId' | 'traceState'>,
): MeteredSpan {
  const startTimeUnixNano = BigInt(of.startMs) * NANO_PER_MS;
  return {
    ...of,
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + BigInt(of.durationMs) * NANO_PER_MS,
    ...(of.isError && { status: { code: STATUS_ERROR } }),
  };
}

/** Spans as the body of one export request. */
export function meteredBody(spans: readonly MeteredSpan[]): Uint8Array {
  const services = [...new Set(spans.map(({ service }) => service))];
  return encodeRequest('traces', {
    resourceSpans: services.map((service) => ({
      resource: {
        attributes: [text('service.name', service), text('service.namespace', NAMESPACE)],
      },
      scopeSpans: [{ spans: spans.filter((span) => span.service === service) }],
    })),
  });
}

function text(key: string, stringValue: string): KeyValue {
  return { key, value: { stringValue } };
}
