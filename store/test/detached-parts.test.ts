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

it('a part that cannot be opened is told with what it held, and the rest is there', async () => {
  const first = await open();
  await first.client.command(sql`CREATE DATABASE broken ENGINE = Atomic`);
  await first.client.command(sql`CREATE TABLE broken.t (day UInt32, n UInt64) ENGINE = MergeTree
    PARTITION BY day ORDER BY n`);
  await first.client.command(sql`INSERT INTO broken.t
    SELECT 20261126 + intDiv(number, 10000), number FROM numbers(30000)`);
  const { rows: paths } = await first.client.query(
    sql`SELECT path FROM system.parts WHERE database = 'broken' AND partition_id = '20261127'`,
    Path,
  );
  expect(await readDetachedParts(first.client, { database: 'broken' })).toEqual([]);
  await first.client.close();
  await first.engine.stop();
  const part = paths[0]?.path ?? '';
  for (const name of readdirSync(part)) {
    if (name !== 'checksums.txt') rmSync(join(part, name));
  }
  const second = await open();
  const { rows } = await second.client.query(sql`SELECT count() AS rows FROM broken.t`, Count);
  expect(rows).toEqual([{ rows: 20_000 }]);
  const detached = await readDetachedParts(second.client, { database: 'broken' });
  expect(detached).toMatchObject([
    { table: 't', partition: '20261127', reason: 'broken-on-start', parts: 1 },
  ]);
  expect(detached[0]?.bytes).toBeGreaterThan(0);
  expect(detached[0]?.rowsEstimate).toBeGreaterThan(0);
  expect(Math.abs((detached[0]?.atMs ?? 0) - Date.now())).toBeLessThan(60_000);
  await second.client.close();
  await second.engine.stop();
}, 120_000);
