import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createStoreClient,
  currentTables,
  DEFAULT_SCHEMA_OPTIONS,
  migrate,
  Sql,
  type StoreClient,
  sql,
  uint64Number,
} from '@sonde/store';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { INTERNAL_TOKEN, startTestEngine } from './engine-under-test.ts';

const directory = mkdtempSync(join(tmpdir(), 'sonde-view-tokens-'));
const TABLES = currentTables(DEFAULT_SCHEMA_OPTIONS);
const Row = z.object({ table: z.string(), rows: uint64Number });

afterAll(() => rmSync(directory, { recursive: true }));

/** What a view asks for; of other tables the first column's default will do. */
const VALUES: Readonly<Record<string, readonly [string, string]>> = {
  spans: ['trace_id', "'0123456789abcdef'"],
};

/** A block of one row into every table, under a token that is the table's. */
async function insertEverywhere(client: StoreClient): Promise<void> {
  for (const { name, columns } of TABLES) {
    const [column, value] = VALUES[name] ?? [columns[0]?.name, 'DEFAULT'];
    const text =
      `INSERT INTO sonde.${name} (${column}) SETTINGS async_insert = 0, ` +
      `insert_deduplicate = 1, deduplicate_blocks_in_dependent_materialized_views = 1, ` +
      `insert_deduplication_token = 'topic/0/0-1/${name}' VALUES (${value})`;
    await client.command(new Sql([text], []));
  }
}

/** Rows by table, as they were written: merges do not fold them. */
async function rowsOf(client: StoreClient): Promise<Readonly<Record<string, number>>> {
  const statement = sql`SELECT table, sum(rows) AS rows FROM system.parts
    WHERE database = 'sonde' AND active AND table != 'schema_migrations' GROUP BY table`;
  const { rows } = await client.query(statement, Row);
  return Object.fromEntries(rows.map(({ table, rows: count }) => [table, count]));
}

async function live<T>(work: (client: StoreClient) => Promise<T>): Promise<T> {
  const { url, engine } = await startTestEngine({ directory });
  const client = createStoreClient({ url, role: 'internal', token: INTERNAL_TOKEN });
  await client.command(sql`SYSTEM STOP MERGES`);
  try {
    return await work(client);
  } finally {
    await client.close();
    await engine.stop();
  }
}

it('a block that comes again after a start is known to every table and every view', async () => {
  const before = await live(async (client) => {
    await migrate(client);
    await insertEverywhere(client);
    return rowsOf(client);
  });
  // Its own block, and the view's.
  expect(before).toMatchObject({ spans: 1, red_1m: 2, trace_index: 2, logs: 1 });
  const after = await live(async (client) => {
    await insertEverywhere(client);
    return rowsOf(client);
  });
  expect(after).toEqual(before);
}, 120_000);
