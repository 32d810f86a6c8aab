import type { Telemetry } from '@sonde/pipeline';
import { contractHost, contractSettings } from '@sonde/pipeline/contract-suite';
import { jsonOf, requestOf, telemetryOf } from '@sonde/processor-test-graph';
import { describe, expect, it } from 'vitest';
import { serviceGraphConnectorFactory as factory } from '../src/index.ts';

const UNTOUCHED = new AbortController().signal;

interface SpanFields {
  readonly kind: number;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly [key: string]: unknown;
}

const hex = (value: number): string => value.toString(16).padStart(16, '0');

function batchOf(service: string, spans: readonly SpanFields[], tenant = 'default'): Telemetry {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] };
  const times = { startTimeUnixNano: '1000000000', endTimeUnixNano: '1250000000' };
  const sent = spans.map((span) => ({ traceId: '1'.repeat(32), ...times, ...span }));
  const json = { resourceSpans: [{ resource, scopeSpans: [{ spans: sent }] }] };
  return telemetryOf([requestOf('traces', json, { tenant })]);
}

/** The calls that were told when it was shut down: `client>server` and how many. */
async function calls(
  config: object,
  batches: readonly Telemetry[],
): Promise<Readonly<Record<string, number>>> {
  const taken: Telemetry[] = [];
  const consume = async (telemetry: Telemetry): Promise<void> => {
    taken.push(telemetry);
  };
  const settings = { ...contractSettings('service_graph'), from: 'traces', to: 'metrics' } as const;
  const next = { consume, pipelines: new Map() };
  const connector = factory.create(settings, factory.config.parse(config), next);
  await connector.start(contractHost());
  for (const batch of batches) await connector.consume(batch);
  await connector.shutdown(UNTOUCHED);
  return Object.fromEntries(taken.flatMap((each) => jsonOf(each)).flatMap(totals));
}

function totals(request: unknown): readonly (readonly [string, number])[] {
  const found: [string, number][] = [];
  const text = JSON.stringify(request);
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Reflect.get(value, 'name') !== 'traces_service_graph_request_total') {
      for (const inner of Object.values(value)) walk(inner);
      return;
    }
    const sum: unknown = Reflect.get(value, 'sum');
    const points: unknown = Reflect.get(Object(sum), 'dataPoints');
    for (const point of Array.isArray(points) ? points : []) {
      const attributes: readonly object[] = Reflect.get(point, 'attributes') ?? [];
      const end = (key: string): unknown => {
        const of = attributes.find((each) => Reflect.get(each, 'key') === key);
        return Reflect.get(Object(Reflect.get(Object(of), 'value')), 'stringValue');
      };
      found.push([`${end('client')}>${end('server')}`, Number(Reflect.get(point, 'asInt'))]);
    }
  };
  walk(JSON.parse(text));
  return found;
}

const client = (id: number, more: object = {}): SpanFields => ({
  kind: 3,
  spanId: hex(id),
  ...more,
});
const server = (id: number, parent: number, more: object = {}): SpanFields => {
  return { kind: 2, spanId: hex(id), parentSpanId: hex(parent), ...more };
};

describe('calls between services', () => {
  it('are paired in whatever order and batch the two sides come', async () => {
    const batches = [
      batchOf('cart', [server(2, 1)]),
      batchOf('web', [client(1), client(3)]),
      batchOf('cart', [server(4, 3)]),
    ];
    expect(await calls({}, batches)).toEqual({ 'web>cart': 2 });
  });

  it('whose other side never came are told when it is shut down', async () => {
    const bank = { attributes: [{ key: 'peer.service', value: { stringValue: 'bank' } }] };
    const batches = [
      batchOf('web', [client(1, bank), client(2)]),
      batchOf('shop', [{ kind: 2, spanId: hex(9) }]),
    ];
    expect(await calls({}, batches)).toEqual({ 'web>bank': 1, 'web>unknown': 1, 'user>shop': 1 });
  });

  it('count as many as their sampler says', async () => {
    const sampled = { traceState: 'ot=th:c' };
    const batches = [
      batchOf('web', [client(1, sampled)]),
      batchOf('cart', [server(2, 1, sampled)]),
    ];
    expect(await calls({}, batches)).toEqual({ 'web>cart': 4 });
  });

  it('of different tenants are never paired', async () => {
    const batches = [batchOf('web', [client(1)], 'a'), batchOf('cart', [server(2, 1)], 'b')];
    const config = { virtual_node_peer_attributes: [] };
    expect(await calls(config, batches)).toEqual({});
  });

  it('wait for no more spans than the store takes', async () => {
    const batches = [
      batchOf('web', [client(1), client(3), client(5)]),
      batchOf('cart', [server(2, 1), server(4, 3), server(6, 5)]),
    ];
    const config = { store: { max_items: 2 }, virtual_node_peer_attributes: [] };
    expect(await calls(config, batches)).toEqual({ 'web>cart': 2 });
  });

  it('to itself and in circles are calls as others', async () => {
    const batches = [batchOf('web', [client(1), server(2, 1), client(3), server(1, 3)])];
    expect(await calls({ virtual_node_peer_attributes: [] }, batches)).toEqual({ 'web>web': 2 });
  });
});

describe('the configuration of service_graph', () => {
  it.each([
    [
      { exponential_histogram_max_size: -1 },
      '`exponential_histogram_max_size` can not be negative',
    ],
    [
      { exponential_histogram_max_size: 4, latency_histogram_buckets: ['1s'] },
      'use either `latency_histogram_buckets` or `exponential_histogram_max_size`',
    ],
  ])('refuses %j', (config, text) => {
    const parsed = factory.config.safeParse(config);
    expect(parsed.error?.issues[0]?.message).toBe(text);
  });
});
