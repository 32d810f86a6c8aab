import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createStoreClient,
  type SpawnedEngine,
  type StoreClient,
  spawnEngine,
  sql,
} from '../src/index.ts';

const TOKEN = 'internal-token-of-a-test';
const Row = z.object({ n: z.coerce.number() });

let folder: string;
let engines: SpawnedEngine[];
let store: StoreClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonde-addresses-'));
  const tokens = [{ role: 'internal' as const, token: TOKEN }];
  engines = await Promise.all(
    ['a', 'b'].map((name) => spawnEngine({ directory: join(folder, name), tokens })),
  );
  const [url = '', ...moreUrls] = engines.map((engine) => engine.url);
  store = createStoreClient({ url, moreUrls, role: 'internal', token: TOKEN });
}, 120_000);

afterAll(async () => {
  await store.close();
  await Promise.all(engines.map((engine) => engine.stop()));
  await rm(folder, { recursive: true, force: true });
});

describe('a store with several addresses', () => {
  it('goes on at the next one when one is killed, and says so when none is left', async () => {
    const read = async (): Promise<number | undefined> =>
      (await store.query(sql`SELECT 1 AS n`, Row)).rows[0]?.n;
    expect(await read()).toBe(1);
    await expect(store.query(sql`SELECT n FROM nowhere`, Row)).rejects.toMatchObject({
      code: 'UNKNOWN_TABLE',
    });
    await engines[0]?.kill();
    expect(await read()).toBe(1);
    const batches = [];
    for await (const batch of store.stream(sql`SELECT number AS n FROM numbers(3)`, Row)) {
      batches.push(...batch);
    }
    expect(batches).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
    expect(await store.ping()).toBe(true);
    await engines[1]?.kill();
    await expect(read()).rejects.toMatchObject({ kind: 'unreachable' });
    expect(await store.ping()).toBe(false);
  }, 60_000);
});
