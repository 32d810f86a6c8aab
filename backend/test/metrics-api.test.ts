import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricQueryResponse } from '../src/api/contract/index.ts';
import { MetricQuerySchema, MetricsSchema } from '../src/api/metrics/schema.ts';
import { StatusSchema } from '../src/api/status/schema.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { insertSql, logRow, type PointSeed, pointRow, raw, seriesRow, spanRow } from './seed.ts';

const MINUTE = 60_000;
const base = Math.floor(Date.now() / MINUTE) * MINUTE - 30 * MINUTE;
const range = `from=${base}&to=${base + 10 * MINUTE}`;
const LONG_AGO = base - 3 * 3_600_000;

let sonde: Sonde;

/** Points of one series, a minute apart. */
function points(seed: Omit<PointSeed, 'atMs' | 'value'>, values: readonly number[], from = base) {
  return values.map((value, i) => pointRow({ ...seed, atMs: from + i * MINUTE, value }));
}

function distribution(metric: string, series: number, counts: readonly number[], startMs: number) {
  return counts.map((count, i) =>
    pointRow({
      ...{ metric, series, startMs, atMs: base + i * MINUTE },
      more: { count, sum: count * 2.5, presence: 7, min: 1 + i, max: 10 + i },
    }),
  );
}

const cumulative = { kind: 7, temporality: 2, monotonic: true, atMs: base };
const get = [['method', 'GET']] as const;
const put = [['method', 'PUT']] as const;

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  await sonde.run(
    insertSql('metric_series', [
      seriesRow({ metric: 'requests', series: 1, ...cumulative, attributes: get }),
      seriesRow({ metric: 'requests', series: 2, ...cumulative, attributes: put, service: 'api' }),
      seriesRow({ metric: 'jobs', series: 3, kind: 7, temporality: 1, atMs: base }),
      seriesRow({ metric: 'memory', series: 4, kind: 5, atMs: base, attributes: get }),
      seriesRow({ metric: 'memory', series: 5, kind: 5, atMs: base, attributes: put, scope: 'io' }),
      seriesRow({ metric: 'latency', series: 6, kind: 9, temporality: 2, atMs: base }),
      seriesRow({ metric: 'quantiles', series: 7, kind: 11, atMs: base, service: 'sonde-x' }),
      seriesRow({ metric: 'own', series: 8, kind: 5, atMs: base, namespace: 'sonde' }),
      seriesRow({ metric: 'empty', series: 9, kind: 0, atMs: base }),
    ]),
  );
  await sonde.run(
    insertSql('metric_samples', [
      // Two minutes before the range: where the counter stood.
      ...points({ metric: 'requests', series: 1, startMs: LONG_AGO }, [100], base - MINUTE),
      // It falls from 220 to 30: a reset, 30 were added since.
      ...points({ metric: 'requests', series: 1, startMs: LONG_AGO }, [160, 220, 30, 90]),
      // Began within the range: all it shows was added since. Started anew at the third point.
      ...points({ metric: 'requests', series: 2, startMs: base - 1 }, [6, 12]),
      ...points({ metric: 'requests', series: 2, startMs: base + 90_000 }, [60], base + 2 * MINUTE),
      ...points({ metric: 'jobs', series: 3, startMs: base }, [3, 0, 6]),
      ...points({ metric: 'memory', series: 4 }, [10, 20]),
      ...points({ metric: 'memory', series: 5 }, [30, 50]),
    ]),
  );
  await sonde.run(
    insertSql('metric_samples', [
      pointRow({ metric: 'memory', series: 5, atMs: base, value: 999, more: { flags: 1 } }),
    ]),
  );
  await sonde.run(
    insertSql('metric_histograms', distribution('latency', 6, [4, 10, 10], base - 1)),
  );
  const summaries = distribution('quantiles', 7, [2, 6], LONG_AGO).map(
    ({ presence, min, max, ...row }) => row,
  );
  await sonde.run(insertSql('metric_summaries', summaries));
});
afterAll(() => sonde.close());

const query = (text: string): Promise<MetricQueryResponse> =>
  sonde.get(`/api/v1/metrics/query?${range}&${text}`, MetricQuerySchema);

/** The values of the only line, up to the last that is there. */
async function line(text: string): Promise<(number | null)[]> {
  const { series } = await query(text);
  expect(series).toHaveLength(1);
  const values = [...(series[0]?.values ?? [])];
  while (values.at(-1) === null) values.pop();
  return values;
}

describe('the catalogue of metrics', () => {
  it('says what each is, and leaves out those without data', async () => {
    const { metrics } = await sonde.get(`/api/v1/metrics?${range}`, MetricsSchema);
    expect(metrics.map(({ name }) => name)).toEqual([
      'jobs',
      'latency',
      'memory',
      'own',
      'quantiles',
      'requests',
    ]);
    // By the namespace: a name that begins like Sonde's is anybody's.
    expect(metrics.filter(({ own }) => own).map(({ name }) => name)).toEqual(['own']);
    expect(metrics.at(-1)).toEqual({
      name: 'requests',
      type: 'sum',
      unit: '1',
      description: 'about requests',
      temporality: 'cumulative',
      isMonotonic: true,
      services: ['api', 'shop'],
      own: false,
      seriesCount: 2,
      scopes: [],
      lastSeenMs: base + 3 * MINUTE,
    });
  });

  it.each([
    ['REQ', ['requests']],
    ['about mem', ['memory']],
    ['%', []],
  ])('searched for %s has %j', async (search, names) => {
    const path = `/api/v1/metrics?${range}&search=${encodeURIComponent(search)}`;
    const { metrics } = await sonde.get(path, MetricsSchema);
    expect(metrics.map(({ name }) => name)).toEqual(names);
  });

  it('of one service has its metrics, its series and its points alone', async () => {
    const path = `/api/v1/metrics?${range}&service=api&search=req`;
    const { metrics } = await sonde.get(path, MetricsSchema);
    expect(metrics).toMatchObject([
      { name: 'requests', services: ['api'], seriesCount: 1, lastSeenMs: base + 2 * MINUTE },
    ]);
    const { metrics: none } = await sonde.get(
      `/api/v1/metrics?${range}&service=sho`,
      MetricsSchema,
    );
    expect(none).toEqual([]);
  });
});

describe('the values of a cumulative counter', () => {
  it('are rates by default: resets count what came after them', async () => {
    const answer = await query('name=requests');
    expect(answer).toMatchObject({ aggregation: 'rate', stepMs: MINUTE, fromMs: base });
    // Series 1 adds 60, 60, 30, 60; series 2 adds 6, 6, 60.
    expect(await line('name=requests')).toEqual([66 / 60, 66 / 60, 90 / 60, 60 / 60]);
  });

  it('are what was added, by label', async () => {
    const { series, seriesTotal, labelKeys } = await query(
      'name=requests&aggregation=sum&groupBy=method',
    );
    expect(seriesTotal).toBe(2);
    const byMethod = Object.fromEntries(
      series.map(({ labels, values }) => [labels['method'], values.slice(0, 4)]),
    );
    expect(byMethod).toEqual({ GET: [60, 60, 30, 60], PUT: [6, 6, 60, null] });
    expect(labelKeys).toContain('method');
    expect(labelKeys).toContain('service.name');
  });

  it('can be of one service, and grouped by it', async () => {
    const { series } = await query('name=requests&aggregation=sum&groupBy=service.name');
    expect(series.map(({ labels }) => labels['service.name']).sort()).toEqual(['api', 'shop']);
    expect(await line('name=requests&aggregation=sum&service=api')).toEqual([6, 6, 60]);
  });

  it('can be of one instrumentation scope', async () => {
    expect(await line('name=memory&aggregation=sum&where=otel.scope.name%3Dio')).toEqual([
      30,
      null,
      50,
    ]);
    const { series } = await query('name=memory&aggregation=sum&groupBy=otel.scope.name');
    expect(series.map(({ labels }) => labels['otel.scope.name']).sort()).toEqual(['', 'io']);
  });

  it('have extremes over the series', async () => {
    expect(await line('name=requests&aggregation=max')).toEqual([60, 60, 60, 60]);
    expect(await line('name=requests&aggregation=min')).toEqual([6, 6, 30, 60]);
  });

  it('come in steps that were asked for', async () => {
    const answer = await query(`name=requests&aggregation=sum&stepMs=${2 * MINUTE}`);
    expect(answer.stepMs).toBe(2 * MINUTE);
    const total = answer.series[0]?.values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
    expect(total).toBe(210 + 72);
  });
});

describe('the values of other metrics', () => {
  it('of deltas are what the deltas say', async () => {
    expect(await line('name=jobs&aggregation=sum')).toEqual([3, 0, 6]);
    expect(await line('name=jobs')).toEqual([3 / 60, 0, 6 / 60]);
  });

  it('of gauges are levels, without the points that say there is none', async () => {
    expect(await line('name=memory')).toEqual([20, 35]);
    expect(await line('name=memory&aggregation=sum')).toEqual([40, 70]);
    expect(await line('name=memory&aggregation=max')).toEqual([30, 50]);
    expect((await query('name=memory&groupBy=method')).series[0]).toMatchObject({
      labels: { method: 'PUT' },
    });
  });

  it('of histograms are means, counts, and null where nothing was observed', async () => {
    expect(await line('name=latency')).toEqual([2.5, 2.5]);
    expect(await line('name=latency&aggregation=rate')).toEqual([4 / 60, 6 / 60, 0]);
    expect(await line('name=latency&aggregation=max')).toEqual([10, 11, 12]);
  });

  it('of summaries are means of what was added', async () => {
    expect(await line('name=quantiles')).toEqual([null, 2.5]);
  });

  it.each(['name=memory&aggregation=rate', 'name=quantiles&aggregation=max'])(
    'are refused in words where they make no sense: %s',
    async (text) => {
      const response = await fetch(`${sonde.url}/api/v1/metrics/query?${range}&${text}`);
      expect(response.status).toBe(400);
      expect(await response.text()).toMatch(/use avg/);
    },
  );
});

describe('the status', () => {
  it('counts own rows and those of others apart, by signal', async () => {
    const now = Date.now();
    const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), durationNs: 1, name: 'x' };
    const own = { namespace: 'sonde', service: 'gateway' };
    await sonde.run(
      insertSql('spans', [
        spanRow({ ...ids, atMs: now - 1000, service: 'shop' }),
        spanRow({ ...ids, atMs: now - 1000, ...own }),
        spanRow({ ...ids, atMs: now - 2000, ...own }),
        spanRow({ ...ids, atMs: now - 400_000, service: 'shop' }),
      ]),
    );
    await sonde.run(insertSql('logs', [logRow({ atMs: now - 500_000, body: 'old' })]));
    const bucket = { bucket: raw("toStartOfHour(now('UTC'))") };
    await sonde.run(
      insertSql('metric_series', [
        { ...seriesRow({ metric: 'own', series: 8, kind: 5, atMs: now, ...own }), ...bucket },
      ]),
    );
    await sonde.run(
      insertSql('metric_samples', [
        pointRow({ metric: 'own', series: 8, atMs: now - 1000, value: 1 }),
        pointRow({ metric: 'memory', series: 4, atMs: now - 3000, value: 1 }),
        pointRow({ metric: 'memory', series: 5, atMs: now - 3000, value: 1 }),
      ]),
    );
    const status = await sonde.get('/api/v1/status', StatusSchema);
    expect(status.telemetryOfOthersSeen).toBe(true);
    const [traces, metrics, logs] = status.signals;
    expect(traces).toMatchObject({
      rowsLastFiveMinutes: 1,
      ownRowsLastFiveMinutes: 2,
      lastReceivedMs: now - 1000,
      storedRows: 4,
    });
    expect(metrics).toMatchObject({ rowsLastFiveMinutes: 2, ownRowsLastFiveMinutes: 1 });
    expect(logs).toMatchObject({ rowsLastFiveMinutes: 0, lastReceivedMs: now - 500_000 });
    expect(traces?.storedBytes).toBeGreaterThan(0);
  });
});
