import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createStoreClient,
  currentTables,
  currentViews,
  DEFAULT_SCHEMA_OPTIONS,
  firstStatements,
  MIGRATIONS,
  migrate,
  readingStatements,
  type SchemaOptions,
  type SpawnedEngine,
  Sql,
  type StoreClient,
  StoreError,
  shardDatabase,
  spawnEngine,
} from '../src/index.ts';

const TOKEN = 'internal-token-of-a-test';
const CLUSTER = 'company';
const SHARDS = 2;
const ON_CLUSTER = ` ON CLUSTER \`${CLUSTER}\``;

let directory: string;
let engine: SpawnedEngine;
let client: StoreClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sonde-cluster-'));
  engine = await spawnEngine({
    directory,
    tokens: [{ role: 'internal', token: TOKEN }],
    mirrorCluster: { name: CLUSTER, shards: SHARDS },
  });
  client = createStoreClient({
    url: engine.url,
    role: 'internal',
    token: TOKEN,
    readsCluster: true,
  });
}, 60_000);

afterAll(async () => {
  await client.close();
  // Replicated tables wait for a Keeper that never answers.
  await engine.kill();
  await rm(directory, { recursive: true, force: true });
});

const command = (text: string) => client.command(new Sql([text], []));

async function texts(query: string): Promise<readonly string[]> {
  const { rows } = await client.query(new Sql([query], []), z.object({ text: z.string() }));
  return rows.map((row) => row.text);
}

/** ClickHouse's number; 0 when it did not fail. */
async function codeOf(call: Promise<unknown>): Promise<number> {
  try {
    await call;
    return 0;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.clickhouseCode ?? -1;
  }
}

function clustered(database: string): SchemaOptions {
  return { ...DEFAULT_SCHEMA_OPTIONS, database, cluster: { name: CLUSTER } };
}

/** Everything that `migrate` runs on a new cluster, in order. */
function allStatements(options: SchemaOptions): readonly string[] {
  const holds = { ...options, database: shardDatabase(options) };
  return [
    ...firstStatements(options),
    ...MIGRATIONS.flatMap((migration) => migration.statements(holds, options)),
    ...readingStatements(options),
  ];
}

describe('the list of tables and views', () => {
  it('is what a store has after its migrations', async () => {
    await migrate(client, { ...DEFAULT_SCHEMA_OPTIONS, database: 'plain' });
    const options = { ...DEFAULT_SCHEMA_OPTIONS, database: 'plain' };
    const named = (engines: string): Promise<readonly string[]> =>
      texts(`SELECT name AS text FROM system.tables WHERE database = 'plain' AND
        name != 'schema_migrations' AND engine ${engines} ORDER BY name`);
    const tables = currentTables(options).map(({ name }) => name);
    expect(await named("LIKE '%MergeTree'")).toEqual([...tables].sort());
    const views = currentViews(options).map(({ name }) => name);
    expect(await named("= 'View'")).toEqual([...views].sort());
  });
});

describe('the schema of a cluster', () => {
  it('says in every statement that it is for all servers', async () => {
    for (const statement of allStatements(clustered('said'))) {
      // Rows go through a Distributed table.
      if (statement.startsWith('INSERT INTO said.')) continue;
      expect(statement).toContain(ON_CLUSTER);
      // The parser takes it; this engine has no queue for statements of a cluster, and some look for
      // what the one before would have made.
      expect([392, 60, 81], statement).toContain(await codeOf(command(statement)));
    }
  });

  it('has Replicated tables, each with a path and a name of its own', async () => {
    for (const statement of allStatements(clustered('kept'))) {
      const code = await codeOf(command(statement.replace(ON_CLUSTER, '')));
      // A Keeper in memory alone: no replica becomes writable, and its columns cannot change.
      if (statement.startsWith('ALTER TABLE')) expect([0, 236, 242]).toContain(code);
      else expect(code, statement).toBe(0);
    }
    const paths = await texts(
      "SELECT zookeeper_path AS text FROM system.replicas WHERE database = 'kept_shard' ORDER BY text",
    );
    const names = currentTables(clustered('kept')).map(({ name }) => name);
    const expected = names.map((name) => `/clickhouse/tables/1/kept_shard/${name}`);
    const everywhere = '/clickhouse/tables/everywhere/kept_shard/schema_migrations';
    expect(paths).toEqual([...expected, everywhere].sort());
    const engines = await texts(
      "SELECT DISTINCT engine AS text FROM system.tables WHERE database = 'kept_shard' AND " +
        "engine LIKE '%MergeTree' ORDER BY text",
    );
    expect(engines).toEqual([
      'ReplicatedAggregatingMergeTree',
      'ReplicatedMergeTree',
      'ReplicatedReplacingMergeTree',
    ]);
  }, 60_000);

  it('refuses a name that is none', async () => {
    const options = { ...clustered('kept'), cluster: { name: '`; DROP' } };
    await expect(migrate(client, options)).rejects.toMatchObject({ code: 'STORE_SCHEMA_OPTION' });
  });
});

describe('what is read in a cluster', () => {
  const options = clustered('wide');

  beforeAll(async () => {
    await migrate(client, { ...DEFAULT_SCHEMA_OPTIONS, database: shardDatabase(options) });
    await command('CREATE DATABASE wide ENGINE = Atomic');
    for (const statement of readingStatements(options)) {
      await command(statement.replace(ON_CLUSTER, ''));
    }
    await command(`INSERT INTO wide_shard.resources (tenant, fingerprint, bucket, service)
      VALUES ('default', 7, now(), 'cart')`);
    await command(`INSERT INTO wide_shard.spans (tenant, timestamp, duration_ns, trace_id, service,
        name, kind, resource_fingerprint, retention_days)
      SELECT 'default', now64(9), 1000000 * (number % 10 + 1), toFixedString(toString(number % 7), 16),
        'cart', 'GET', 2, 7, 14 FROM numbers(70)`);
  });

  it('is the rows of every shard, roll-ups added up', async () => {
    const sums = `SELECT concat(toString(count()), ' ', toString(uniqExact(trace_id))) AS text
      FROM wide.spans`;
    expect(await texts(sums)).toEqual([`${70 * SHARDS} 7`]);
    const red = `SELECT concat(toString(sum(spans)), ' ',
      toString(arraySum((sumMap(duration_histogram.1, duration_histogram.2) AS h).2))) AS text
      FROM wide.red_1m`;
    expect(await texts(red)).toEqual([`${70 * SHARDS} ${70 * SHARDS}`]);
    const index = `SELECT toString(sum(spans)) AS text FROM wide.trace_index
      GROUP BY tenant, trace_id`;
    expect(await texts(index)).toEqual(Array.from({ length: 7 }, () => `${10 * SHARDS}`));
  });

  it('joins and looks up in tables of all shards', async () => {
    const views = `SELECT DISTINCT ServiceName AS text FROM wide.otel_traces
      WHERE TraceId IN (SELECT lower(hex(trace_id)) FROM wide.trace_index)`;
    expect(await texts(views)).toEqual(['cart']);
  });

  it('has the weeks of resources from before there was a table of weeks', async () => {
    const weeks = `SELECT concat(service, ' ', toString(week)) AS text FROM wide.resources_1w
      GROUP BY ALL`;
    const before = await texts(weeks);
    await command('TRUNCATE TABLE wide_shard.resources_1w');
    expect(await texts(weeks)).toEqual([]);
    const holds = { ...options, database: shardDatabase(options) };
    const fill = MIGRATIONS.find(({ version }) => version === 19)?.statements(holds, options) ?? [];
    for (const statement of fill) await command(statement.replace(ON_CLUSTER, ''));
    expect(await texts(weeks)).toEqual(before);
    expect(before).toHaveLength(1);
  });

  it('takes what jobs write, rows of one key on one shard', async () => {
    for (const version of [1, 2]) {
      await command(`INSERT INTO wide.metric_samples_5m (tenant, metric, series, time, version)
        SELECT 'default', 'm', number, toDateTime('2026-01-01'), ${version} FROM numbers(50)`);
    }
    const stored = `SELECT toString(count()) AS text FROM wide_shard.metric_samples_5m FINAL`;
    expect(await texts(stored)).toEqual(['50']);
  });
});
