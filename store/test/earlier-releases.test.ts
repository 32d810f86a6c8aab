import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createStoreClient,
  DEFAULT_SCHEMA_OPTIONS,
  MIGRATIONS,
  migrate,
  type SpawnedEngine,
  Sql,
  type StoreClient,
  schemaVersion,
  spawnEngine,
} from '../src/index.ts';

const TOKEN = 'internal-token-of-a-test';
/** A data folder that release 0.1.0 left behind: schema version 1, twenty rows of each signal. */
const GOLDEN = fileURLToPath(new URL('./golden/store-0.1.0.tar.gz', import.meta.url));

let directory: string;
let engine: SpawnedEngine;
let client: StoreClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sonde-golden-'));
  execFileSync('tar', ['-xzf', GOLDEN, '-C', directory]);
  const tokens = [{ role: 'internal', token: TOKEN }] as const;
  engine = await spawnEngine({ directory: join(directory, 'store'), tokens });
  client = createStoreClient({ url: engine.url, role: 'internal', token: TOKEN });
});

afterAll(async () => {
  await client.close();
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
});

async function texts(query: string): Promise<readonly string[]> {
  const { rows } = await client.query(new Sql([query], []), z.object({ text: z.string() }));
  return rows.map((row) => row.text);
}

/** Of every table and view: columns with their types, keys and engines; of views what they select. */
async function shapeOf(database: string): Promise<readonly string[]> {
  const columns = await texts(
    "SELECT concat(table, ' ', name, ' ', type, ' ', compression_codec) AS text " +
      `FROM system.columns WHERE database = '${database}' ORDER BY text`,
  );
  const tables = await texts(
    "SELECT concat(name, ' ', engine, ' ', partition_key, ' ', sorting_key, ' ', " +
      `replaceAll(as_select, '${database}.', '')) AS text ` +
      `FROM system.tables WHERE database = '${database}' ORDER BY text`,
  );
  return [...columns, ...tables];
}

async function count(table: string): Promise<number> {
  const [text] = await texts(`SELECT toString(count()) AS text FROM sonde.${table}`);
  return Number(text);
}

describe('a store that release 0.1.0 left behind', () => {
  it('opens, is brought to this release, and keeps its rows', async () => {
    expect(await schemaVersion(client)).toBe(1);
    expect(await migrate(client)).toEqual(MIGRATIONS.slice(1).map(({ version }) => version));
    for (const table of ['spans', 'logs', 'metric_samples', 'metric_series']) {
      expect(await count(table), table).toBe(20);
    }
    expect(await count('trace_index')).toBe(5);
    expect(await count('otel_traces')).toBe(20);
  });

  it('has the very schema of a new one', async () => {
    await migrate(client, { ...DEFAULT_SCHEMA_OPTIONS, database: 'fresh' });
    expect(await shapeOf('sonde')).toEqual(await shapeOf('fresh'));
  });
});

describe('a migration', () => {
  const options = { ...DEFAULT_SCHEMA_OPTIONS, database: 'busy' };
  const [first] = MIGRATIONS;

  /** Those before: `npm run drill -- migrations`, at each of their statements. */
  const newest = MIGRATIONS.slice(-5);

  it.each(newest.map(({ version, name }) => [version, name] as const))(
    'of version %i (%s), killed half-way, is finished by the next start',
    async (version) => {
      await client.command(new Sql(['DROP DATABASE IF EXISTS busy SYNC'], []));
      await client.command(new Sql(['CREATE DATABASE busy ENGINE = Atomic'], []));
      for (const migration of MIGRATIONS.slice(0, version)) {
        const all = migration.statements(options);
        const ran = migration.version === version ? all.slice(0, all.length >>> 1) : all;
        for (const statement of ran) await client.command(new Sql([statement], []));
      }
      await migrate(client, options);
      expect(await shapeOf('busy')).toEqual(await shapeOf('fresh'));
    },
    60_000,
  );

  it('loses no row that is inserted meanwhile', async () => {
    await client.command(new Sql(['DROP DATABASE busy SYNC'], []));
    await client.command(new Sql(['CREATE DATABASE busy ENGINE = Atomic'], []));
    for (const statement of first?.statements(options) ?? []) {
      await client.command(new Sql([statement], []));
    }
    let running = true;
    let inserted = 0;
    const writer = (async () => {
      for (; running && inserted < 10_000; inserted++) {
        await client.command(
          new Sql(
            [
              'INSERT INTO busy.metric_samples (tenant, metric, timestamp, value, value_type, ' +
                `retention_days) VALUES ('default', 'm', now64(9), ${inserted}, 1, 14)`,
            ],
            [],
          ),
        );
      }
    })();
    await migrate(client, options);
    running = false;
    await writer;
    expect(inserted).toBeGreaterThan(0);
    const [rows] = await texts('SELECT toString(count()) AS text FROM busy.metric_samples');
    expect(Number(rows)).toBe(inserted);
  }, 60_000);
});
