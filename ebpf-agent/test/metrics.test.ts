import { decodeRequests, itemsOf, protobufToJson } from '@sonde/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkloadTable } from '../src/entities/workload.ts';
import { POINTS_PER_REQUEST, SERIES_PER_METRIC_MAX, WORKLOADS_MAX } from '../src/limits.ts';
import { CONNECTIONS_ACTIVE, HTTP_SERVER_DURATION, TCP_BYTES } from '../src/metrics/definitions.ts';
import { encodeMetrics } from '../src/metrics/metrics-request.ts';
import { WorkloadMetrics } from '../src/metrics/workload-metrics.ts';
import { attributesOf } from '../src/requests/attributes.ts';
import { RatioSampler } from '../src/spans/sampler.ts';

function named(name: string): Parameters<WorkloadTable['of']>[0] {
  const attributes = { team: 'blue' };
  const executable = 'node';
  return { name, executable, platform: {}, attributes, isOwn: false };
}

function series(key: string): { key: string; attributes: () => ReturnType<typeof attributesOf> } {
  return { key, attributes: () => attributesOf({ key }) };
}

describe('the numbers of a service', () => {
  it('are a bounded number of series, the rest in one that is marked', () => {
    const metrics = new WorkloadMetrics();
    for (let i = 0; i < SERIES_PER_METRIC_MAX + 10; i++) metrics.add(TCP_BYTES, series(`${i}`), 2);
    const [entry] = [...metrics.entries()];
    const all = [...(entry?.[1].values() ?? [])];
    expect(all).toHaveLength(SERIES_PER_METRIC_MAX + 1);
    expect(all.at(-1)).toMatchObject({
      sum: 20,
      attributes: [{ key: 'otel.metric.overflow', value: { boolValue: true } }],
    });
    expect(metrics.overflowed).toBe(10);
  });

  it('are forgotten when nothing is added, open connections apart', () => {
    const metrics = new WorkloadMetrics();
    const held = metrics.series(TCP_BYTES, 'a', () => []);
    metrics.add(CONNECTIONS_ACTIVE, series('open'), 1);
    metrics.expire(performance.now() + 1);
    expect(held.isExpired).toBe(true);
    expect(metrics.seriesCount).toBe(1);
    metrics.add(CONNECTIONS_ACTIVE, series('open'), -1);
    metrics.expire(performance.now() + 1);
    expect(metrics.seriesCount).toBe(0);
  });

  it('put each duration into the first bucket whose bound is not below it', () => {
    const metrics = new WorkloadMetrics();
    for (const value of [0.005, 0.0051, 11]) metrics.add(HTTP_SERVER_DURATION, series('x'), value);
    const found = metrics.series(HTTP_SERVER_DURATION, 'x', () => []);
    const { bounds } = HTTP_SERVER_DURATION;
    expect([found.buckets[0], found.buckets[1], found.buckets[bounds.length]]).toEqual([1, 1, 1]);
    expect([found.min, found.max, found.count]).toEqual([0.005, 11, 3]);
  });
});

describe('services', () => {
  it('are told apart by what they are, and beyond the limit are one', () => {
    const table = new WorkloadTable();
    expect(table.of(named('a'))).toBe(table.of(named('a')));
    for (let i = 0; i < WORKLOADS_MAX; i++) table.of(named(`${i}`));
    expect(table.size).toBe(WORKLOADS_MAX);
    expect(table.of(named('late')).identity.name).toBe('overflow');
    expect(table.of(named('later'))).toBe(table.of(named('late')));
    expect(table.overflowed).toBe(3 + 1);
  });

  it('are resources of one request, which decodes to the points that it says', () => {
    const table = new WorkloadTable();
    const workload = table.of(named('shop'));
    workload.processes = 3;
    workload.metrics.add(HTTP_SERVER_DURATION, series('x'), 0.01);
    const [request] = encodeMetrics(table.all(), Date.now());
    const bytes = request?.bytes ?? new Uint8Array();
    const edge = { tenant: 'default', receivedUnixMs: 0, itemCount: 3 };
    const columns = decodeRequests('metrics', [{ signal: 'metrics', bytes, ...edge }]);
    expect([request?.itemCount, itemsOf(columns)]).toEqual([3, 3]);
    const text = protobufToJson('metrics', bytes);
    for (const part of ['"shop"', '"sonde.origin"', '"ebpf"', '"blue"', '"explicitBounds"']) {
      expect(text).toContain(part);
    }
  });

  it('have the time of the report, to the millisecond', () => {
    const workload = new WorkloadTable().of(named('shop'));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_000_000_000_000 }), (nowUnixMs) => {
        const [request] = encodeMetrics([workload], nowUnixMs);
        const text = protobufToJson('metrics', request?.bytes ?? new Uint8Array());
        expect(text).toContain(`"timeUnixNano":"${BigInt(nowUnixMs) * 1_000_000n}"`);
      }),
    );
  });

  it('go into another request where one has its points', () => {
    const table = new WorkloadTable();
    for (let i = 0; i < 30; i++) {
      const { metrics } = table.of(named(`${i}`));
      for (let key = 0; key < 500; key++) metrics.add(TCP_BYTES, series(`${key}`), 1);
    }
    const requests = encodeMetrics(table.all(), Date.now());
    expect(requests.length).toBe(2);
    const [most, rest] = requests.map(({ itemCount }) => itemCount);
    expect(most).toBeGreaterThanOrEqual(POINTS_PER_REQUEST);
    expect((most ?? 0) + (rest ?? 0)).toBe(30 * (500 + 1));
  });
});

describe('sampling', () => {
  function trace(random: string): Uint8Array {
    return Buffer.from(`${'00'.repeat(9)}${random.padEnd(14, '0')}`, 'hex');
  }

  it('keeps the share that its threshold says', () => {
    const quarter = new RatioSampler(0.25);
    expect(quarter.traceState).toBe('ot=th:c');
    expect(quarter.keeps(trace('bfffffffffffff'))).toBe(false);
    expect(quarter.keeps(trace('c'))).toBe(true);
  });

  it('keeps all, or none', () => {
    expect(new RatioSampler(1).traceState).toBeUndefined();
    expect(new RatioSampler(1).keeps(trace('0'))).toBe(true);
    expect(new RatioSampler(0).keeps(trace('ffffffffffffff'))).toBe(false);
  });
});
