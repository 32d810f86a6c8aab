import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createStoreClient,
  readDetachedParts,
  type SpawnedEngine,
  type StoreClient,
  spawnEngine,
  sql,
} from '@sonde/store';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';

const TOKEN = 'internal-token-of-a-test';
const directory = mkdtempSync(join(tmpdir(), 'sonde-detached-'));
const Count = z.object({ rows: z.coerce.number() });
const Path = z.object({ path: z.string() });

afterAll(() => rmSync(directory, { recursive: true }));

async function open(): Promise<{ engine: SpawnedEngine; client: StoreClient }> {
  const engine = await spawnEngine({ directory, tokens: [{ role: 'internal', token: TOKEN }] });
  return { engine, client: createStoreClient({ url: engine.url, role: 'internal', token: TOKEN }) };
}

it('parts that cannot be opened are told with what they held, and the rest is there', async () => {
  const first = await open();
  await first.client.command(sql`CREATE DATABASE broken ENGINE = Atomic`);
  await first.client.command(sql`CREATE TABLE broken.t (day UInt32, n UInt64) ENGINE = MergeTree
    PARTITION BY day ORDER BY n`);
  await first.client.command(sql`INSERT INTO broken.t
    SELECT 20261126 + intDiv(number, 10000), number FROM numbers(30000)`);
  await first.client.command(sql`INSERT INTO broken.t SELECT 20261128, number FROM numbers(7)`);
  const { rows: paths } = await first.client.query(
    sql`SELECT path FROM system.parts WHERE database = 'broken' AND rows < 10001
      ORDER BY partition_id, rows DESC`,
    Path,
  );
  expect(await readDetachedParts(first.client, { database: 'broken' })).toEqual([]);
  await first.client.close();
  await first.engine.stop();
  // One that has lost all it knows of itself, two of another day that know their rows.
  const [, lost = '', ...told] = paths.map(({ path }) => path);
  for (const name of readdirSync(lost)) if (name !== 'checksums.txt') rmSync(join(lost, name));
  for (const part of told) rmSync(join(part, 'columns.txt'));
  const second = await open();
  const { rows } = await second.client.query(sql`SELECT count() AS rows FROM broken.t`, Count);
  expect(rows).toEqual([{ rows: 10_000 }]);
  const detached = await readDetachedParts(second.client, { database: 'broken' });
  const group = { table: 't', reason: 'broken-on-start' };
  const byDay = [...detached].sort((a, b) => a.partition.localeCompare(b.partition));
  expect(byDay).toMatchObject([
    { ...group, partition: '20261127', parts: 1, rows: null },
    { ...group, partition: '20261128', parts: 2, rows: 10_007 },
  ]);
  expect(detached[0]?.bytes).toBeGreaterThan(0);
  expect(Math.abs((detached[0]?.atMs ?? 0) - Date.now())).toBeLessThan(60_000);
  await second.client.close();
  await second.engine.stop();
}, 120_000);
