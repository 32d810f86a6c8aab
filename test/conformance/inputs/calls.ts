import type { KeyValue, Span, TracesRequest } from '@sonde/proto';

const START = 1_750_000_000_000_000_000n;
const KIND = { server: 2, client: 3, producer: 4, consumer: 5 } as const;

const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });

interface Call {
  readonly kind: keyof typeof KIND;
  readonly id: number;
  readonly parent?: number;
  readonly trace?: number;
  readonly ms: number;
  readonly failed?: boolean;
  readonly attributes?: readonly KeyValue[];
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function span({ kind, id, parent, trace = 1, ms, failed = false, attributes = [] }: Call): Span {
  return {
    traceId: hex(trace, 32),
    spanId: hex(id, 16),
    ...(parent !== undefined && { parentSpanId: hex(parent, 16) }),
    name: `${kind} ${id}`,
    kind: KIND[kind],
    startTimeUnixNano: START,
    endTimeUnixNano: START + BigInt(ms) * 1_000_000n,
    attributes,
    status: { code: failed ? 2 : 0 },
  };
}

function of(service: string, spans: readonly Span[]): TracesRequest['resourceSpans'][number] {
  const attributes = [text('service.name', service), text('zone', `${service}-zone`)];
  return { resource: { attributes }, scopeSpans: [{ spans }] };
}

/** Callers and called, some in another request, some without the other side. */
export const CALLS: readonly TracesRequest[] = [
  {
    resourceSpans: [
      of('web', [
        span({ kind: 'server', id: 1, ms: 300, attributes: [text('region', 'north')] }),
        span({ kind: 'client', id: 2, parent: 1, ms: 120, attributes: [text('region', 'south')] }),
        span({ kind: 'client', id: 3, parent: 1, ms: 80, failed: true }),
        span({ kind: 'client', id: 4, parent: 1, ms: 7, attributes: [text('db.name', 'carts')] }),
        span({
          kind: 'client',
          id: 5,
          parent: 1,
          ms: 9,
          attributes: [text('peer.service', 'bank')],
        }),
        span({ kind: 'client', id: 6, parent: 1, ms: 9 }),
        span({ kind: 'producer', id: 7, parent: 1, ms: 3 }),
      ]),
      of('cart', [
        span({ kind: 'server', id: 20, parent: 2, ms: 100, attributes: [text('region', 'east')] }),
        span({ kind: 'server', id: 21, parent: 99, ms: 5 }),
        span({
          kind: 'client',
          id: 22,
          parent: 20,
          ms: 12,
          attributes: [text('db.system', 'redis')],
        }),
      ]),
    ],
  },
  {
    resourceSpans: [
      of('payment', [span({ kind: 'server', id: 30, parent: 3, ms: 60, failed: true })]),
      of('mail', [span({ kind: 'consumer', id: 31, parent: 7, ms: 2000, failed: true })]),
      { scopeSpans: [{ spans: [span({ kind: 'server', id: 40, ms: 1 })] }] },
    ],
  },
];
