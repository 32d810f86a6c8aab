import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CounterIncrease,
  counterIncrease,
  counterIncreaseRow,
  createStoreClient,
  type HistogramIncrease,
  histogramIncrease,
  histogramIncreaseRow,
  MetricRange,
  migrate,
  type SpawnedEngine,
  Sql,
  type StoreClient,
  spawnEngine,
  sql,
} from '../src/index.ts';

const TOKEN = 'internal-token-of-a-test';
/** A whole hour that lies a day back. */
const START = Math.floor(Date.now() / 3_600_000) * 3600 - 86_400;
const DELTA = 1;
const CUMULATIVE = 2;

let directory: string;
let engine: SpawnedEngine;
let client: StoreClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sonde-rollups-'));
  engine = await spawnEngine({ directory, tokens: [{ role: 'internal', token: TOKEN }] });
  const door = { url: engine.url, role: 'internal', token: TOKEN } as const;
  const first = createStoreClient(door);
  await migrate(first);
  await first.close();
  client = createStoreClient({ ...door, database: 'sonde' });
});

afterAll(async () => {
  await client.close();
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
});

const at = (second: number): string => `toDateTime64(${START + second}, 9, 'UTC')`;
/** A start time of nothing said. */
const UNKNOWN = -START;

/** One insert is one block under a token, as the exporter's are. */
async function insert(
  table: string,
  columns: string,
  block: { readonly token: string; readonly rows: readonly string[] },
): Promise<void> {
  const text =
    `INSERT INTO sonde.${table} (tenant, retention_days, metric, series, temporality, ` +
    `start_timestamp, timestamp, ${columns}) SETTINGS async_insert = 0, ` +
    `insert_deduplication_token = '${block.token}', ` +
    `deduplicate_blocks_in_dependent_materialized_views = 1 VALUES ${block.rows.join(', ')}`;
  await client.command(new Sql([text], []));
}

interface Points {
  readonly metric: string;
  readonly temporality?: number;
  /** Seconds after `START`, as those of `points`. */
  readonly start?: number;
  readonly points: readonly (readonly [second: number, value: number])[];
}

let blocks = 0;

function insertCounter(block: Points, token = `block ${++blocks}`): Promise<void> {
  const { metric, temporality = CUMULATIVE, start = UNKNOWN } = block;
  const rows = block.points.map(
    ([second, value]) =>
      `('default', 30, '${metric}', 7, ${temporality}, ${at(start)}, ${at(second)}, ` +
      `${value}, 1, ${temporality === 0 ? 0 : 1})`,
  );
  return insert('metric_samples', 'value, value_type, is_monotonic', { token, rows });
}

const rangeOf = (metric: string, from = 0, to = 86_400, step = 86_400): MetricRange =>
  new MetricRange({
    tenant: 'default',
    metric,
    fromUnixSeconds: START + from,
    toUnixSeconds: START + to,
    stepSeconds: step,
  });

/** A turn of every job. */
async function rollUp(): Promise<void> {
  for (const table of ['samples', 'histograms', 'exponential_histograms']) {
    await client.command(new Sql([`SYSTEM REFRESH VIEW sonde.metric_${table}_5m_job`], []));
    await client.command(new Sql([`SYSTEM WAIT VIEW sonde.metric_${table}_5m_job`], []));
  }
  const failed = await client.query(
    sql`SELECT exception FROM system.view_refreshes WHERE exception != ''`,
    { parse: (row: unknown): unknown => row },
  );
  expect(failed.rows).toEqual([]);
}

async function increases(range: MetricRange): Promise<readonly CounterIncrease[]> {
  return (await client.query(counterIncrease(range), counterIncreaseRow)).rows;
}

async function increase(metric: string, from?: number): Promise<number> {
  await rollUp();
  return (await increases(rangeOf(metric, from))).reduce((sum, row) => sum + row.increase, 0);
}

describe('the increase of a counter, from five-minute roll-ups', () => {
  it('is the difference between the ends, whatever order the points came in', async () => {
    const metric = 'late';
    await insertCounter({ metric, start: -9, points: [[650, 70]] });
    await insertCounter({
      metric,
      start: -9,
      points: [
        [290, 30],
        [10, 10],
      ],
    });
    await insertCounter({
      metric,
      start: -9,
      points: [
        [350, 50],
        [20, 11],
      ],
    });
    expect(await increase(metric)).toBe(60);
    expect((await increases(rangeOf(metric, 0, 900, 300))).map((row) => row.increase)).toEqual([
      20, 20, 20,
    ]);
  });

  it('takes in what comes after a window was rolled up, and does it again only then', async () => {
    const metric = 'later';
    await insertCounter({
      metric,
      start: -9,
      points: [
        [10, 10],
        [290, 30],
      ],
    });
    expect(await increase(metric)).toBe(20);
    await insertCounter({ metric, start: 150, points: [[200, 5]] });
    // 10 -> 0 at 150 -> 5 -> the old run's 30, which has an older start: grown by 25.
    expect(await increase(metric)).toBe(30);
    const turns = sql`SELECT uniqExact(version) AS n FROM metric_windows_5m FINAL
      WHERE source = 'metric_samples' AND version > 0`;
    const row = { parse: (cell: unknown): unknown => cell };
    const before = (await client.query(turns, row)).rows;
    await rollUp();
    expect((await client.query(turns, row)).rows).toEqual(before);
  });

  it('leaves windows alone that are not over', async () => {
    const second = Math.floor(Date.now() / 1000) - START;
    await insertCounter({
      metric: 'open',
      start: -9,
      points: [
        [second - 5, 1],
        [second, 2],
      ],
    });
    expect(await increases(rangeOf('open', 0, second + 600))).toEqual([]);
  });

  it('counts what a counter had before its first point when it began in the range', async () => {
    await insertCounter({
      metric: 'born',
      start: 100,
      points: [
        [160, 25],
        [220, 30],
      ],
    });
    expect(await increase('born')).toBe(30);
  });

  it('takes a first point without a known start as a base', async () => {
    await insertCounter({
      metric: 'adopted',
      start: 160,
      points: [
        [160, 25],
        [220, 30],
      ],
    });
    expect(await increase('adopted')).toBe(5);
  });

  it('counts every restart exactly where starts are told, hidden ones too', async () => {
    const metric = 'restarts';
    await insertCounter({
      metric,
      start: -9,
      points: [
        [10, 10],
        [60, 20],
      ],
    });
    // Passes the old value at once: without start times nobody could tell.
    await insertCounter({
      metric,
      start: 70,
      points: [
        [80, 40],
        [90, 41],
      ],
    });
    await insertCounter({
      metric,
      start: 95,
      points: [
        [100, 3],
        [310, 50],
      ],
    });
    expect(await increase(metric)).toBe(10 + 41 + 50);
  });

  it('keeps points of a run that come late apart from the next run', async () => {
    const metric = 'late restart';
    await insertCounter({
      metric,
      start: 70,
      points: [
        [80, 4],
        [120, 9],
      ],
    });
    await insertCounter({
      metric,
      start: -9,
      points: [
        [10, 10],
        [60, 20],
      ],
    });
    expect(await increase(metric)).toBe(19);
  });

  it('finds a restart by a falling value where no start is told', async () => {
    await insertCounter({
      metric: 'inside',
      points: [
        [0, 10],
        [60, 20],
        [120, 3],
        [180, 8],
      ],
    });
    expect(await increase('inside')).toBe(18);
    await insertCounter({
      metric: 'between',
      points: [
        [0, 10],
        [60, 20],
        [300, 4],
        [360, 9],
      ],
    });
    expect(await increase('between')).toBe(19);
  });

  it('is the sum of what deltas sent', async () => {
    const metric = 'deltas';
    await insertCounter({ metric, temporality: DELTA, start: 0, points: [[60, 5]] });
    await insertCounter({
      metric,
      temporality: DELTA,
      start: 60,
      points: [
        [120, 7],
        [400, 1],
      ],
    });
    expect(await increase(metric)).toBe(13);
  });

  it('is the same after a replay', async () => {
    for (const _ of [1, 2]) {
      await insertCounter(
        { metric: 'replay', temporality: DELTA, start: 0, points: [[60, 5]] },
        'replay/0/0-1/metric_samples',
      );
    }
    expect(await increase('replay')).toBe(5);
  });

  it('starts from where the counter stood five minutes before the range', async () => {
    await insertCounter({
      metric: 'base',
      start: -9,
      points: [
        [3590, 100],
        [3610, 104],
      ],
    });
    expect(await increase('base', 3600)).toBe(4);
  });

  it('over seven days reads roll-ups alone', async () => {
    const week = new MetricRange({
      tenant: 'default',
      metric: 'late',
      fromUnixSeconds: START - 6 * 86_400,
      toUnixSeconds: START + 86_400,
      stepSeconds: 3600,
    });
    expect(counterIncrease(week).render().text).toMatch(/FROM metric_samples_5m/);
    expect(counterIncrease(week).render().text).not.toMatch(/FROM metric_samples\b(?!_)/);
    expect(await increases(week)).toHaveLength(1);
  });

  it('refuses a range of more steps than anybody looks at', () => {
    expect(() => rangeOf('late', 0, 300 * 11_001, 300)).toThrow(RangeError);
    expect(() => rangeOf('late', 300, 0)).toThrow(RangeError);
  });
});

interface Histogram {
  readonly metric: string;
  readonly temporality: number;
  readonly start?: number;
  readonly second: number;
  readonly sum: number;
  readonly counts: readonly number[];
  readonly bounds: readonly number[] | readonly string[];
}

function insertHistogram(point: Histogram, token = `block ${++blocks}`): Promise<void> {
  const { metric, temporality, start = -9, second, sum, counts, bounds } = point;
  const count = counts.reduce((total, each) => total + each, 0);
  const row =
    `('default', 30, '${metric}', 7, ${temporality}, ${at(start)}, ${at(second)}, 1, ` +
    `${count}, ${sum}, [${counts.join()}], [${bounds.join()}])`;
  const columns = 'presence, count, sum, bucket_counts, explicit_bounds';
  return insert('metric_histograms', columns, { token, rows: [row] });
}

async function histogram(metric: string, to = 86_400): Promise<readonly HistogramIncrease[]> {
  await rollUp();
  const statement = histogramIncrease(rangeOf(metric, 0, to));
  return (await client.query(statement, histogramIncreaseRow)).rows;
}

describe('the increase of a histogram, from five-minute roll-ups', () => {
  const bounds = [1, 5];

  it('is bucket by bucket the difference between points of a cumulative one', async () => {
    const point = { metric: 'cumulative', temporality: CUMULATIVE, bounds };
    await insertHistogram({ ...point, second: 700, sum: 30, counts: [4, 5, 1] });
    await insertHistogram({ ...point, second: 10, sum: 10, counts: [2, 0, 1] });
    await insertHistogram({ ...point, second: 290, sum: 20, counts: [3, 1, 1] });
    const [row] = await histogram('cumulative');
    expect(row).toMatchObject({ count: 7, sum: 20, bounds: [1, 5], counts: [2, 5] });
  });

  it('counts a restart, told or seen', async () => {
    const told = { metric: 'told', temporality: CUMULATIVE, bounds };
    await insertHistogram({ ...told, second: 10, sum: 1, counts: [1, 0, 0] });
    await insertHistogram({ ...told, second: 20, sum: 2, counts: [2, 0, 0] });
    await insertHistogram({ ...told, start: 30, second: 40, sum: 12, counts: [0, 3, 0] });
    expect(await histogram('told')).toMatchObject([
      { count: 4, sum: 13, bounds: [1, 5], counts: [1, 3] },
    ]);
    const seen = { metric: 'seen', temporality: CUMULATIVE, bounds, start: UNKNOWN };
    await insertHistogram({ ...seen, second: 10, sum: 9, counts: [9, 0, 0] });
    await insertHistogram({ ...seen, second: 310, sum: 3, counts: [0, 3, 0] });
    await insertHistogram({ ...seen, second: 320, sum: 1, counts: [1, 0, 0] });
    expect(await histogram('seen')).toMatchObject([
      { count: 4, sum: 4, bounds: [1, 5], counts: [1, 3] },
    ]);
  });

  it('is the sum of what deltas sent, once under replay', async () => {
    const point = { metric: 'h-deltas', temporality: DELTA, bounds };
    for (const _ of [1, 2]) {
      await insertHistogram({ ...point, second: 10, sum: 1, counts: [1, 0, 2] }, 'h/0/0-1/h');
    }
    await insertHistogram({ ...point, second: 900, sum: 2.5, counts: [1, 1, 0] });
    expect(await histogram('h-deltas')).toMatchObject([
      { count: 5, sum: 3.5, bounds: [1, 5], counts: [2, 1] },
    ]);
  });

  it('stands bounds that are none, and counts without bounds', async () => {
    const point = { metric: 'odd', temporality: DELTA, sum: 0, second: 10 };
    await insertHistogram({ ...point, counts: [1, 2, 3], bounds: ['nan'] });
    await insertHistogram({ ...point, counts: [1], bounds: [1, 2, 3] });
    expect(await histogram('odd')).toMatchObject([{ count: 7, bounds: [1], counts: [1] }]);
  });

  it('meets buckets of exponential ones at a common scale', async () => {
    const insertExponential = (second: number, counts: string): Promise<void> =>
      insert(
        'metric_exponential_histograms',
        'presence, count, sum, scale, zero_count, positive_offset, positive_bucket_counts, ' +
          'negative_offset, negative_bucket_counts',
        {
          token: `block ${++blocks}`,
          rows: [
            `('default', 30, 'exponential', 7, ${CUMULATIVE}, ${at(-9)}, ${at(second)}, 1, ` +
              `${counts})`,
          ],
        },
      );
    // Scale 3: indexes 8 and 9 are [2, 2^(10/8)); at scale 2 both are index 4, up to 2^(5/4).
    await insertExponential(10, '3, 6, 3, 1, 8, [1, 1], 0, []');
    await insertExponential(20, '6, 12, 3, 1, 8, [2, 1], 8, [2]');
    // Coarser than the roll-up: scale 1, index 2 is [2, 2^1.5).
    await insertExponential(310, '8, 20, 1, 1, 2, [5], 2, [2]');
    const [first] = await histogram('exponential', 300);
    expect(first).toMatchObject({ count: 3, sum: 6, bounds: [-2, 2 ** 1.25], counts: [2, 1] });
    const [both] = await histogram('exponential');
    expect(both?.count).toBe(5);
    const upTo = both?.bounds.flatMap((bound, i) => (bound < 3 ? both.counts[i] : []));
    expect(upTo?.reduce((sum, count) => sum + count, 0)).toBe(5);
  });
});

describe('roll-ups of gauges', () => {
  it('keep bounds, sum, count and the last value', async () => {
    await insertCounter({
      metric: 'gauge',
      temporality: 0,
      points: [
        [40, 4],
        [20, -1],
      ],
    });
    await insertCounter({
      metric: 'gauge',
      temporality: 0,
      points: [
        [30, 3],
        [10, 1],
      ],
    });
    await rollUp();
    const row = { parse: (cell: unknown): unknown => cell };
    const { rows } = await client.query(
      new Sql(
        [
          'SELECT toFloat64(sum(points)) AS n, sum(value_sum) AS total, min(value_min) AS low, ' +
            'max(value_max) AS high, argMax(last_value, time) AS last ' +
            "FROM sonde.metric_samples_5m WHERE metric = 'gauge'",
        ],
        [],
      ),
      row,
    );
    expect(rows).toEqual([{ n: 4, total: 7, low: -1, high: 4, last: 4 }]);
    expect(await increase('gauge')).toBe(0);
  });
});
