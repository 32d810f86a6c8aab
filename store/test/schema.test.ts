import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createStoreClient,
  DEDUPLICATION_WINDOW,
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

let directory: string;
let engine: SpawnedEngine;
let client: StoreClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sonde-schema-'));
  engine = await spawnEngine({ directory, tokens: [{ role: 'internal', token: TOKEN }] });
  client = createStoreClient({ url: engine.url, role: 'internal', token: TOKEN });
});

afterAll(async () => {
  await client.close();
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
});

const inDatabase = (database: string) => ({ ...DEFAULT_SCHEMA_OPTIONS, database });

async function run(text: string): Promise<void> {
  await client.command(new Sql([text], []));
}

async function texts(text: string): Promise<readonly string[]> {
  const { rows } = await client.query(new Sql([text], []), z.object({ text: z.string() }));
  return rows.map((row) => row.text);
}

describe('migrations', () => {
  it('are numbered from 1 without gaps', () => {
    const versions = MIGRATIONS.map(({ version }) => version);
    expect(versions).toEqual(versions.map((_, i) => i + 1));
  });

  it('bring an empty store to the newest version, once', async () => {
    const options = inDatabase('fresh');
    expect(await migrate(client, options)).toEqual(MIGRATIONS.map(({ version }) => version));
    expect(await migrate(client, options)).toEqual([]);
    expect(await schemaVersion(client, options)).toBe(MIGRATIONS.length);
  });

  it('finish what a killed migration began', async () => {
    const options = inDatabase('halfway');
    await run('CREATE DATABASE halfway ENGINE = Atomic');
    const [first] = MIGRATIONS;
    for (const statement of first.statements(options).slice(0, 5)) await run(statement);
    expect(await migrate(client, options)).toEqual(MIGRATIONS.map(({ version }) => version));
  });

  it('may run from several processes at once', async () => {
    const options = inDatabase('crowd');
    await Promise.all([1, 2, 3].map(() => migrate(client, options)));
    expect(await schemaVersion(client, options)).toBe(MIGRATIONS.length);
  });

  it('refuse a store of a later release in words and leave it alone', async () => {
    const options = inDatabase('later');
    await migrate(client, options);
    await run("INSERT INTO later.schema_migrations (version, name) VALUES (4711, 'later')");
    await expect(migrate(client, options)).rejects.toMatchObject({ code: 'STORE_SCHEMA_TOO_NEW' });
    await expect(migrate(client, options)).rejects.toThrow('later release');
  });

  it('refuse a database name that is none', async () => {
    const failure = migrate(client, inDatabase('a; DROP DATABASE b'));
    await expect(failure).rejects.toMatchObject({ code: 'STORE_SCHEMA_OPTION' });
  });
});

describe('every table', () => {
  it('remembers tokens, and so does every target of a view', async () => {
    await migrate(client, inDatabase('windows'));
    const tables = await texts(
      "SELECT create_table_query AS text FROM system.tables WHERE database = 'windows' " +
        "AND engine LIKE '%MergeTree'",
    );
    expect(tables.length).toBeGreaterThanOrEqual(12);
    for (const table of tables) {
      expect(table).toContain(`non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`);
    }
  });

  it('starts with the tenant', async () => {
    await migrate(client, inDatabase('tenants'));
    const keys = await texts(
      "SELECT concat(name, ' ', sorting_key) AS text FROM system.tables " +
        "WHERE database = 'tenants' AND engine LIKE '%MergeTree' AND name != 'schema_migrations'",
    );
    for (const key of keys) expect(key).toMatch(/^\w+ tenant,/);
  });

  it('can have text indexes', async () => {
    const options = { ...inDatabase('texts'), searchIndex: 'text' as const };
    await migrate(client, options);
    const indexes = await texts(
      "SELECT concat(table, ' ', name) AS text FROM system.data_skipping_indices " +
        "WHERE database = 'texts' AND type = 'text' ORDER BY text",
    );
    expect(indexes).toEqual(['logs i_attributes', 'logs i_body', 'spans i_attributes']);
  });
});

describe('indexes', () => {
  const options = inDatabase('indexes');

  beforeAll(async () => {
    await migrate(client, options);
    const rows = (table: string, columns: string, values: string): Promise<void> =>
      run(
        `INSERT INTO indexes.${table} (tenant, timestamp, retention_days, trace_id, attributes, ` +
          `${columns}) SELECT 'default', now64(9) - number / 1000, 14, ` +
          'CAST(unhex(leftPad(hex(number + 1), 32, hex(0))) AS FixedString(16)), ' +
          `map('user', concat('u', toString(number))), ${values} FROM numbers(100000)`,
      );
    await rows('spans', 'service, name, status_code, duration_ns', "'s', 'op', number % 3, number");
    await rows('logs', 'service, body', "'s', concat('line word', toString(number))");
  });

  /** Names of skip indexes that leave out granules for this condition. */
  async function used(table: string, condition: string): Promise<string> {
    const lines = await texts(
      `SELECT explain AS text FROM (EXPLAIN indexes = 1 SELECT count() FROM indexes.${table} ` +
        `WHERE ${condition})`,
    );
    return lines.join('\n');
  }

  it.each([
    ['spans', 'i_trace_id', "trace_id = unhex('000000000000000000000000000000ff')"],
    ['spans', 'i_attribute_values', "has(mapValues(attributes), 'u77')"],
    ['spans', 'i_attribute_keys', "mapContains(attributes, 'nobody')"],
    ['spans', 'i_duration', 'duration_ns > 99999'],
    ['logs', 'i_trace_id', "trace_id = unhex('000000000000000000000000000000ff')"],
    ['logs', 'i_body', "hasToken(lower(body), 'word77')"],
    ['otel_traces', 'i_trace_id_hex', "TraceId = '000000000000000000000000000000ff'"],
    ['otel_traces_trace_id_ts', 'i_trace_id_hex', "TraceId = '000000000000000000000000000000ff'"],
    ['otel_logs', 'i_trace_id_hex', "TraceId = '000000000000000000000000000000ff'"],
  ])('of %s: %s answers %s', async (table, index, condition) => {
    expect(await used(table, condition)).toContain(index);
  });
});
