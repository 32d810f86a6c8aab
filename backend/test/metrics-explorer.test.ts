import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CardinalitySchema,
  ExemplarsSchema,
  LabelValuesSchema,
  MetricHeatmapSchema,
  MetricQuerySchema,
  MetricsSchema,
} from '../src/api/metrics/schema.ts';
import { bucketQuantile } from '../src/metrics/quantile.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { idSql, insertSql, mapSql, pointRow, raw, seriesRow } from './seed.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const hour = Math.floor(Date.now() / HOUR) * HOUR;
const base = Math.floor(Date.now() / MINUTE) * MINUTE - 30 * MINUTE;
const range = `from=${base}&to=${base + 10 * MINUTE}`;
/** Of the roll-ups: eight hours that are over. */
const longBase = hour - 10 * HOUR;
const longRange = `from=${longBase}&to=${longBase + 8 * HOUR}`;
const TRACE = 'ab'.repeat(16);

let sonde: Sonde;

function histogram(series: number, at: number, counts: readonly number[]) {
  const count = counts.reduce((sum, each) => sum + each, 0);
  const more = { count, sum: count, presence: 1, temporality: 2 };
  return pointRow({
    ...{ metric: 'latency', series, atMs: base + at * MINUTE, startMs: base - 1 },
    more: {
      ...more,
      bucket_counts: raw(`[${counts.join(', ')}]::Array(UInt64)`),
      explicit_bounds: raw('[0.1, 0.5, 1.]::Array(Float64)'),
    },
  });
}

function exponential(at: number, counts: readonly number[], scale: number) {
  const count = counts.reduce((sum, each) => sum + each, 0);
  return pointRow({
    ...{ metric: 'sizes', series: 20, atMs: base + at * MINUTE, startMs: base - 1 },
    more: {
      ...{ count, sum: count, presence: 1, temporality: 1, scale, zero_count: 0 },
      positive_offset: 0,
      positive_bucket_counts: raw(`[${counts.join(', ')}]::Array(UInt64)`),
    },
  });
}

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  const cumulative = { temporality: 2, atMs: base };
  const cart = [['http.route', '/cart'] as const];
  const pay = [['http.route', '/pay'] as const];
  await sonde.run(
    insertSql('metric_series', [
      seriesRow({ metric: 'latency', series: 10, kind: 9, ...cumulative, attributes: cart }),
      seriesRow({
        ...{ metric: 'latency', series: 11, kind: 9, ...cumulative, attributes: pay },
        service: 'pay',
      }),
      seriesRow({ metric: 'sizes', series: 20, kind: 10, temporality: 1, atMs: base }),
      ...Array.from({ length: 8 }, (_, i) => [
        seriesRow({
          ...{ metric: 'jobs', series: 30, kind: 7, temporality: 2, monotonic: true },
          atMs: longBase + i * HOUR,
        }),
        seriesRow({ metric: 'memory', series: 31, kind: 5, atMs: longBase + i * HOUR }),
      ]).flat(),
    ]),
  );
  await sonde.run(
    insertSql('metric_histograms', [
      histogram(10, 0, [4, 0, 0, 0]),
      histogram(10, 1, [8, 4, 0, 0]),
      histogram(11, 0, [0, 0, 0, 2]),
      // It began anew: what it shows was counted since.
      histogram(11, 1, [1, 0, 0, 0]),
    ]),
  );
  await sonde.run(
    insertSql('metric_exponential_histograms', [
      exponential(0, [4, 4], 0),
      exponential(1, [0, 0, 0, 0, 8], 2),
    ]),
  );
  const exemplar = {
    ...{ tenant: 'default', metric: 'latency', series: 11, retention_days: 14, position: 0 },
    ...{ value: 1.5, value_type: 1, trace_id: idSql(TRACE, 16), span_id: idSql('cd'.repeat(8), 8) },
    timestamp: raw(`fromUnixTimestamp64Milli(toInt64(${base + 1000}), 'UTC')`),
    exemplar_timestamp: raw(`fromUnixTimestamp64Milli(toInt64(${base + 700}), 'UTC')`),
    attributes: mapSql([]),
  };
  await sonde.run(insertSql('exemplars', [exemplar]));
  const rolled = (metric: string, series: number, i: number, more: object) => ({
    ...{ tenant: 'default', metric, series, source: 'metric_samples', version: 1, points: 5 },
    time: raw(`toDateTime(${longBase / 1000 + i * 300}, 'UTC')`),
    first_time: raw(`toDateTime64(${longBase / 1000 + i * 300}, 9, 'UTC')`),
    first_start: raw(`toDateTime64(${longBase / 1000 - 10}, 9, 'UTC')`),
    last_time: raw(`toDateTime64(${longBase / 1000 + i * 300 + 240}, 9, 'UTC')`),
    ...more,
  });
  const windows = Array.from({ length: 96 }, (_, i) => [
    rolled('jobs', 30, i, {
      ...{ temporality: 2, is_monotonic: 1, value_sum: 0, value_min: 0, value_max: 0 },
      ...{ first_value: 100 * i + 10, last_value: 100 * i + 90, increase: 80 },
    }),
    rolled('memory', 31, i, {
      ...{ temporality: 0, is_monotonic: 0, value_sum: 50, value_min: 1, value_max: i },
      ...{ first_value: 1, last_value: 1, increase: 0 },
    }),
  ]);
  await sonde.run(insertSql('metric_samples_5m', windows.flat()));
});
afterAll(() => sonde.close());

const query = (text: string) =>
  sonde.get(`/api/v1/metrics/query?${range}&stepMs=60000&${text}`, MetricQuerySchema);

describe('quantiles of a histogram', () => {
  it('lie within the bucket that holds them, of what was added in a step', async () => {
    const { series, path } = await query('name=latency&aggregation=p50&where=http.route%3D/cart');
    expect(path).toBe('points');
    // Four below 0.1; then four more there and four up to 0.5.
    expect(series[0]?.values.slice(0, 2)).toEqual([0.05, 0.1]);
  });

  it('are a line a label, and see a restart', async () => {
    const { series, seriesTotal } = await query(
      'name=latency&aggregation=p99&groupBy=http.route,service.name',
    );
    expect(seriesTotal).toBe(2);
    const pay = series.find(({ labels }) => labels['http.route'] === '/pay');
    expect(pay?.labels).toEqual({ 'http.route': '/pay', 'service.name': 'pay' });
    // Above the last bound: at it. After the restart one observation below 0.1.
    expect(pay?.values.slice(0, 2)).toEqual([1, expect.closeTo(0.099, 6)]);
  });

  it('of exponential buckets of several scales meet', async () => {
    const { series } = await query('name=sizes&aggregation=p50');
    expect(series[0]?.values[0]).toBeCloseTo(2, 6);
    expect(series[0]?.values[1]).toBeGreaterThan(2);
    expect(series[0]?.values[1]).toBeLessThan(2 ** 1.25);
  });

  it('are none of a metric without buckets', async () => {
    const path = `/api/v1/metrics/query?${longRange}&name=memory&aggregation=p50`;
    expect((await fetch(sonde.url + path)).status).toBe(400);
  });

  it('are even within a bucket', () => {
    const buckets = { bounds: [1, 2, 4], counts: [0, 4, 4, 2] };
    expect(bucketQuantile(0.2, buckets)).toBe(1.5);
    expect(bucketQuantile(0.6, buckets)).toBe(3);
    expect(bucketQuantile(1, buckets)).toBe(4);
    expect(bucketQuantile(0.5, { bounds: [-1, 1], counts: [2, 0, 0] })).toBe(-1);
    expect(bucketQuantile(0.5, { bounds: [1], counts: [0, 0] })).toBeNull();
  });
});

describe('a heatmap', () => {
  it('has what each bucket counted in a step', async () => {
    const path = `/api/v1/metrics/heatmap?${range}&name=latency&stepMs=60000`;
    const { bounds, counts } = await sonde.get(path, MetricHeatmapSchema);
    expect(bounds).toEqual([0.1, 0.5, 1]);
    expect(counts.slice(0, 3)).toEqual([
      [4, 0, 0, 2],
      [5, 4, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('is of histograms alone', async () => {
    const path = `/api/v1/metrics/heatmap?${longRange}&name=memory`;
    expect((await fetch(sonde.url + path)).status).toBe(400);
  });
});

describe('series of a metric', () => {
  it('are counted, and their increase is what was added in a step', async () => {
    expect((await query('name=latency&aggregation=count')).series[0]?.values[0]).toBe(2);
    expect(
      (await query('name=latency&aggregation=increase')).series[0]?.values.slice(0, 2),
    ).toEqual([6, 9]);
  });

  it('are narrowed by conditions on labels', async () => {
    const { series } = await query('name=latency&aggregation=increase&where=http.route!%3D/cart');
    expect(series[0]?.values.slice(0, 2)).toEqual([2, 1]);
    const none = await query('name=latency&aggregation=increase&where=nobody%20exists');
    expect(none.series).toEqual([]);
    const wrong = await fetch(
      `${sonde.url}/api/v1/metrics/query?${range}&name=latency&where=a%3Eb`,
    );
    expect(await wrong.text()).toContain('at character 1: expected a number');
  });

  it('have values of a label by number of series', async () => {
    const path = `/api/v1/metrics/values?${range}&name=latency&key=http.route&search=CAR`;
    const { values } = await sonde.get(path, LabelValuesSchema);
    expect(values).toEqual([{ value: '/cart', count: 1 }]);
  });
});

describe('long ranges', () => {
  const long = (text: string) =>
    sonde.get(`/api/v1/metrics/query?${longRange}&stepMs=3600000&${text}`, MetricQuerySchema);

  it('of counters are read from roll-ups, with what lies between two of them', async () => {
    const { series, path } = await long('name=jobs&aggregation=increase');
    expect(path).toBe('roll-ups');
    // The first hour begins with a base: eleven gaps of 20, and twelve times 80.
    expect(series[0]?.values).toEqual([1180, ...new Array<number>(7).fill(1200)]);
  });

  it('of levels keep mean and extremes', async () => {
    expect((await long('name=memory&aggregation=avg')).series[0]?.values[0]).toBe(10);
    expect((await long('name=memory&aggregation=max')).series[0]?.values).toEqual([
      ...[11, 23, 35, 47, 59, 71, 83, 95],
    ]);
  });
});

describe('what is measured', () => {
  it('has its senders and when it was last seen', async () => {
    const { metrics } = await sonde.get(`/api/v1/metrics?${range}`, MetricsSchema);
    const latency = metrics.find(({ name }) => name === 'latency');
    expect(latency?.services).toEqual(['pay', 'shop']);
    expect(latency?.lastSeenMs).toBe(base + MINUTE);
  });

  it('has exemplars with their trace and labels', async () => {
    const path = `/api/v1/metrics/exemplars?${range}&name=latency`;
    const { exemplars } = await sonde.get(path, ExemplarsSchema);
    expect(exemplars).toEqual([
      {
        ...{ timeMs: base + 700, value: 1.5, traceId: TRACE, spanId: 'cd'.repeat(8) },
        ...{ service: 'pay', labels: { 'http.route': '/pay' } },
      },
    ]);
  });

  it('has offenders: metrics with most series and their labels', async () => {
    const path = `/api/v1/metrics/cardinality?${range}`;
    const { seriesTotal, metrics } = await sonde.get(path, CardinalitySchema);
    expect(seriesTotal).toBeGreaterThanOrEqual(3);
    expect(metrics.find(({ name, service }) => name === 'latency' && service === 'pay')).toEqual({
      ...{ name: 'latency', service: 'pay', seriesCount: 1 },
      labels: [{ key: 'http.route', valueCount: 1 }],
    });
    expect(metrics.find(({ name }) => name === 'sizes')?.labels).toEqual([]);
  });
});
