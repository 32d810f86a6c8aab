import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  backupStore,
  createStoreClient,
  migrate,
  readManifest,
  restoreStore,
  type SpawnedEngine,
  Sql,
  type StoreClient,
  spawnEngine,
} from '../src/index.ts';

const TOKEN = 'internal-token-of-a-test';

let folder: string;

async function open(name: string): Promise<{ engine: SpawnedEngine; client: StoreClient }> {
  const engine = await spawnEngine({
    directory: join(folder, name),
    backupsDirectory: join(folder, 'backups'),
    tokens: [{ role: 'internal', token: TOKEN }],
  });
  return { engine, client: createStoreClient({ url: engine.url, role: 'internal', token: TOKEN }) };
}

const insert = (client: StoreClient, from: number) =>
  client.command(
    new Sql(
      [
        `INSERT INTO sonde.logs (tenant, timestamp, body, retention_days)
         SELECT 'default', now64(9), toString(number + ${from}), 14 FROM numbers(1000)`,
      ],
      [],
    ),
  );

async function count(client: StoreClient, sql: string): Promise<number> {
  const { rows } = await client.query(new Sql([sql], []), z.object({ n: z.coerce.number() }));
  return rows[0]?.n ?? -1;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonde-backup-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('goes on while its own connection would be asked again', async () => {
  const { engine, client } = await open('large');
  const run = (text: string) => client.command(new Sql([text], []));
  await run('CREATE DATABASE large ENGINE = Atomic');
  await run('CREATE TABLE large.t (s String) ENGINE = MergeTree ORDER BY tuple()');
  await run('INSERT INTO large.t SELECT randomString(1000) FROM numbers(200000)');
  const started = z.object({ status: z.string() });
  const backup = "BACKUP DATABASE large TO File('large') ASYNC";
  const answer = await client.query(new Sql([backup], []), started);
  expect(answer.rows).toMatchObject([{ status: 'CREATING_BACKUP' }]);
  const looks = new Set<number>();
  const running = "SELECT count() AS n FROM system.backups WHERE status = 'CREATING_BACKUP'";
  while ((await count(client, running)) > 0) looks.add(looks.size);
  expect(looks.size).toBeGreaterThan(0);
  expect(
    await count(client, "SELECT count() AS n FROM system.backups WHERE status = 'BACKUP_CREATED'"),
  ).toBe(1);
  await client.close();
  await engine.stop();
}, 60_000);

describe('a backup', () => {
  it('is one moment of a store into which rows go on coming, and comes back whole', async () => {
    const { engine, client } = await open('first');
    await migrate(client);
    await client.command(
      new Sql(
        [
          `INSERT INTO sonde.metric_samples_5m (tenant, metric, time, version)
           SELECT 'default', toString(number), now(), 1 FROM numbers(7)`,
        ],
        [],
      ),
    );
    let [inserted, isDone] = [0, false];
    const ingest = (async () => {
      while (!isDone) await insert(client, inserted++ * 1000);
    })();
    while (inserted < 3) await insert(client, 1_000_000 + inserted);
    const manifest = await backupStore(client, {
      database: 'sonde',
      backupsDirectory: join(folder, 'backups'),
      name: 'one',
      sondeVersion: '0.1.0',
      waitingInBuffer: 3,
    });
    isDone = true;
    await ingest;
    // Whole inserts alone.
    expect((manifest.rows['logs'] ?? 0) % 1000).toBe(0);
    expect(manifest.rows['logs']).toBeGreaterThan(0);
    expect(manifest.rows['metric_samples_5m']).toBe(7);
    expect(readManifest(join(folder, 'backups', 'one'))).toEqual(manifest);
    await client.close();
    await engine.stop();

    const other = await open('second');
    await restoreStore(other.client, { manifest, name: 'one' });
    await migrate(other.client);
    const logs = 'SELECT count() AS n FROM sonde.logs';
    expect(await count(other.client, logs)).toBe(manifest.rows['logs']);
    // Its views are there too: what comes now is counted.
    await insert(other.client, 0);
    expect(await count(other.client, logs)).toBe((manifest.rows['logs'] ?? 0) + 1000);
    await expect(restoreStore(other.client, { manifest, name: 'one' })).rejects.toThrow(
      'has a database sonde already',
    );
    await other.client.close();
    await other.engine.stop();
  }, 180_000);

  it('is refused when a later release took it, when rows are missing, when it is none', async () => {
    const manifest = readManifest(join(folder, 'backups', 'one'));
    const { engine, client } = await open('third');
    const later = { ...manifest, schemaVersion: 4711 };
    await expect(restoreStore(client, { manifest: later, name: 'one' })).rejects.toThrow(
      'restore it with the release that took it',
    );
    const more = { ...manifest, rows: { ...manifest.rows, logs: 1 } };
    await expect(restoreStore(client, { manifest: more, name: 'one' })).rejects.toThrow(
      'rows after restoring, the backup has 1',
    );
    await client.close();
    await engine.stop();
    expect(() => readManifest(folder)).toThrow('is no backup of Sonde');
    await writeFile(join(folder, 'sonde-backup.json'), '{"format":2}');
    expect(() => readManifest(folder)).toThrow('another release');
    expect(await readdir(join(folder, 'backups'))).toContain('one');
  }, 120_000);
});
