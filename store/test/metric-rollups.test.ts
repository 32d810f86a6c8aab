import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createStoreClient,
  MIGRATIONS,
  migrate,
  type SpawnedEngine,
  Sql,
  type StoreClient,
  spawnEngine,
} from '../src/index.ts';

const TOKEN = 'internal-token-of-a-test';
/** A whole five minutes an hour or so ago: every test's points lie inside the query's range. */
const START_SECONDS = Math.floor(Date.now() / 300_000) * 300 - 3600;

let directory: string;
let engine: SpawnedEngine;
let client: StoreClient;
let query: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sonde-rollups-'));
  engine = await spawnEngine({ directory, tokens: [{ role: 'internal', token: TOKEN }] });
  client = createStoreClient({ url: engine.url, role: 'internal', token: TOKEN });
  await migrate(client);
  const page = await readFile(new URL('../../docs/store.md', import.meta.url), 'utf8');
  query = /### Increase of counters[\s\S]*?```sql\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
});

afterAll(async () => {
  await client.close();
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
});

async function run(text: string): Promise<void> {
  await client.command(new Sql([text], []));
}

/** Points as seconds after the start and value. */
async function insert(metric: string, token: string, points: number[][]): Promise<void> {
  const rows = points.map(
    ([second = 0, value = 0]) =>
      `('default', '${metric}', 1, toDateTime64(${START_SECONDS + second}, 9, 'UTC'), ${value}, 1, 14)`,
  );
  await run(
    'INSERT INTO sonde.metric_samples (tenant, metric, series, timestamp, value, value_type, ' +
      `retention_days) SETTINGS insert_deduplication_token = '${token}', ` +
      `deduplicate_blocks_in_dependent_materialized_views = 1 VALUES ${rows.join(', ')}`,
  );
}

async function increase(metric: string): Promise<number> {
  const text = query.replaceAll('http.requests', metric);
  const { rows } = await client.query(new Sql([text], []), z.object({ increase: z.number() }));
  return rows.reduce((sum, row) => sum + row.increase, 0);
}

describe('five-minute roll-ups of metrics', () => {
  it('give the increase over windows, whatever order the points came in', async () => {
    await insert('late', 'late/1', [
      [400, 50],
      [700, 70],
    ]);
    await insert('late', 'late/2', [
      [290, 30],
      [10, 10],
    ]);
    expect(await increase('late')).toBe(60);
  });

  it('count a reset inside a window and one between windows', async () => {
    await insert('inside', 'inside', [
      [0, 10],
      [60, 20],
      [120, 3],
      [180, 8],
    ]);
    expect(await increase('inside')).toBe(18);
    await insert('between', 'between', [
      [0, 10],
      [60, 20],
      [300, 4],
      [360, 9],
    ]);
    expect(await increase('between')).toBe(19);
  });

  it('take a replayed block once', async () => {
    for (const _ of [1, 2])
      await insert('replay', 'replay/1', [
        [0, 1],
        [60, 5],
      ]);
    const { rows } = await client.query(
      new Sql(
        [
          'SELECT toFloat64(sum(points)) AS points, sum(value_sum) AS total, ' +
            'min(value_min) AS low, max(value_max) AS high, argMaxMerge(value_last) AS last ' +
            "FROM sonde.metric_samples_5m WHERE metric = 'replay'",
        ],
        [],
      ),
      z.record(z.string(), z.number()),
    );
    expect(rows).toEqual([{ points: 2, total: 6, low: 1, high: 5, last: 5 }]);
  });

  it('come to a store of the first version that holds rows', async () => {
    await run('DROP TABLE sonde.metric_samples_5m_mv');
    await run('DROP TABLE sonde.metric_samples_5m');
    await run(
      'ALTER TABLE sonde.schema_migrations DELETE WHERE version > 1 ' +
        'SETTINGS mutations_sync = 1',
    );
    expect(await migrate(client)).toEqual(MIGRATIONS.slice(1).map(({ version }) => version));
    await insert('after', 'after', [
      [0, 1],
      [60, 4],
    ]);
    expect(await increase('after')).toBe(3);
  });
});
