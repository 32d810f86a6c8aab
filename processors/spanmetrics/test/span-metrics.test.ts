import { SondeError, type Telemetry } from '@sonde/pipeline';
import { contractHost, contractSettings } from '@sonde/pipeline/contract-suite';
import { jsonOf, requestOf, telemetryOf } from '@sonde/processor-test-graph';
import { describe, expect, it } from 'vitest';
import { spanMetricsConnectorFactory as factory } from '../src/index.ts';
import { sumsOf } from './metric-sums.ts';

const UNTOUCHED = new AbortController().signal;
const DELTA = 'AGGREGATION_TEMPORALITY_DELTA';

const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

/** Spans with weights, errors, and durations over many orders; some end before they begin. */
const SPANS = Array.from({ length: 2000 }, (_, index) => ({
  traceId: (index + 1).toString(16).padStart(32, '0'),
  spanId: (index + 1).toString(16).padStart(16, '0'),
  name: `operation ${index % 3}`,
  kind: 2,
  traceState: ['', 'ot=th:8', 'ot=th:c', 'vendor=x,ot=th:1'][index % 4],
  startTimeUnixNano: '1750000000000000000',
  endTimeUnixNano: String(1_750_000_000_000_000_000n + BigInt((index - 20) * 1_234_567)),
  status: { code: index % 7 === 0 ? 2 : 0 },
}));

function traces(spans: readonly object[], service = 'shop'): object {
  const resource = { attributes: [text('service.name', service)] };
  return { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] };
}

class Pipeline {
  readonly taken: Telemetry[] = [];
  failure: SondeError | undefined;

  async consume(telemetry: Telemetry): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.taken.push(telemetry);
  }
}

/** What the connector has told when it is shut down. */
async function told(config: object, batches: readonly Telemetry[]): Promise<readonly Telemetry[]> {
  const next = new Pipeline();
  const settings = { ...contractSettings('span_metrics'), from: 'traces', to: 'metrics' } as const;
  const connector = factory.create(settings, factory.config.parse(config), {
    consume: (telemetry) => next.consume(telemetry),
    pipelines: new Map(),
  });
  await connector.start(contractHost());
  for (const batch of batches) await connector.consume(batch);
  await connector.shutdown(UNTOUCHED);
  return next.taken;
}

function weightOf(state = ''): number {
  if (state.endsWith('th:8')) return 2;
  if (state.endsWith('th:c')) return 4;
  return state.endsWith('th:1') ? 16 / 15 : 1;
}

describe('metrics of spans', () => {
  it('agree with the spans in counts, errors and sums of durations, weights included', async () => {
    const batches = [SPANS.slice(0, 700), SPANS.slice(700)].map((some) =>
      telemetryOf([requestOf('traces', traces(some))]),
    );
    const all = sumsOf((await told({}, batches)).flatMap((each) => jsonOf(each)));
    for (const name of ['operation 0', 'operation 1', 'operation 2']) {
      for (const code of [0, 2]) {
        const some = SPANS.filter((span) => span.name === name && span.status.code === code);
        const weight = some.reduce((sum, { traceState }) => sum + weightOf(traceState), 0);
        const ms = some.reduce((sum, { traceState, startTimeUnixNano, endTimeUnixNano }) => {
          const nanos = BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano);
          return sum + Math.max(0, Number(nanos)) * 1e-6 * weightOf(traceState);
        }, 0);
        const found = all.get(`${name} ${code === 2 ? 'STATUS_CODE_ERROR' : 'STATUS_CODE_UNSET'}`);
        expect(found?.calls).toBe(Math.round(weight));
        expect(found?.count).toBe(Math.round(weight));
        expect(found?.sum).toBeCloseTo(ms, 3);
        expect(found?.buckets).toBe(found?.count);
      }
    }
  });

  it('say more than the limit in one series, and lose nothing', async () => {
    const config = { aggregation_cardinality_limit: 2, exclude_dimensions: ['status.code'] };
    const batch = telemetryOf([requestOf('traces', traces(SPANS.map(unweighted)))]);
    const all = sumsOf((await told(config, [batch])).flatMap((each) => jsonOf(each)));
    expect([...all.keys()]).toEqual(['operation 0 ', 'operation 1 ', 'overflow ']);
    expect([...all.values()].reduce((sum, { calls }) => sum + calls, 0)).toBe(2000);
  });

  it('of a service name a request stay within their limits, and every span is counted', async () => {
    const batches = Array.from({ length: 21 }, (_, batch) => {
      const [first, ...rest] = Array.from({ length: 500 }, (__, index) =>
        requestOf('traces', traces([{ name: 'GET' }], `service-${batch}-${index}`)),
      );
      return telemetryOf([first ?? requestOf('traces', traces([])), ...rest]);
    });
    const all = await told({ aggregation_temporality: DELTA }, batches);
    const json = all.flatMap((each) => jsonOf(each));
    const sums = sumsOf(json);
    expect(sums.get('GET STATUS_CODE_UNSET')?.calls).toBe(10_500);
    const resources = json.flatMap((each) => Reflect.get(Object(each), 'resourceMetrics'));
    expect(resources.length).toBeLessThanOrEqual(10_010);
  });

  it('of several tenants are told apart', async () => {
    const batch = telemetryOf([
      requestOf('traces', traces([{ name: 'GET' }]), { tenant: 'a' }),
      requestOf('traces', traces([{ name: 'GET' }, { name: 'GET' }]), { tenant: 'b' }),
    ]);
    const requests = (await told({}, [batch])).flatMap((each) => each.requests);
    const counts = requests.map(({ tenant }, index) => {
      const json = jsonOf(telemetryOf([requests[index] ?? requestOf('metrics', {})]));
      return [tenant, sumsOf(json).get('GET STATUS_CODE_UNSET')?.calls];
    });
    expect(counts).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('leave out spans whose resource has no service, as upstream', async () => {
    const batch = telemetryOf([
      requestOf('traces', { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'GET' }] }] }] }),
    ]);
    expect(await told({}, [batch])).toEqual([]);
  });

  it('begin at 0 while more is to come', async () => {
    const next = new Pipeline();
    const settings = { ...contractSettings('s'), from: 'traces', to: 'metrics' } as const;
    const config = factory.config.parse({ metrics_flush_interval: '0s' });
    const connector = factory.create(settings, config, {
      consume: (telemetry) => next.consume(telemetry),
      pipelines: new Map(),
    });
    const batch = telemetryOf([requestOf('traces', traces([{ name: 'GET' }]))]);
    await connector.consume(batch);
    await connector.consume(batch);
    const calls = next.taken.map(
      (each) => sumsOf(jsonOf(each)).get('GET STATUS_CODE_UNSET')?.calls,
    );
    expect(calls).toEqual([0, 2]);
  });

  it('of deltas that a full pipeline refused come with the next', async () => {
    const next = new Pipeline();
    const settings = { ...contractSettings('s'), from: 'traces', to: 'metrics' } as const;
    const raw = { metrics_flush_interval: '0s', aggregation_temporality: DELTA };
    const connector = factory.create(settings, factory.config.parse(raw), {
      consume: (telemetry) => next.consume(telemetry),
      pipelines: new Map(),
    });
    const batch = telemetryOf([requestOf('traces', traces([{ name: 'GET' }]))]);
    next.failure = new SondeError('OVERLOADED', 'full');
    await connector.consume(batch);
    next.failure = undefined;
    await connector.consume(batch);
    const all = sumsOf(next.taken.flatMap((each) => jsonOf(each)));
    expect(all.get('GET STATUS_CODE_UNSET')?.calls).toBe(2);
  });
});

function unweighted({ traceState: _, ...span }: (typeof SPANS)[number]): object {
  return span;
}
