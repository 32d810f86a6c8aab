import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createStoreClient,
  migrate,
  type SpawnedEngine,
  Sql,
  type StoreClient,
  spawnEngine,
} from '../src/index.ts';

const TOKEN = 'internal-token-of-a-test';

let directory: string;
let engine: SpawnedEngine;
let client: StoreClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sonde-map-'));
  engine = await spawnEngine({ directory, tokens: [{ role: 'internal', token: TOKEN }] });
  client = createStoreClient({ url: engine.url, role: 'internal', token: TOKEN });
  await migrate(client);
});

afterAll(async () => {
  await client.close();
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
});

async function insert(table: string, token: string, columns: string, row: string): Promise<void> {
  const statement =
    `INSERT INTO sonde.${table} (tenant, time, ${columns}) SETTINGS async_insert = 0, ` +
    `insert_deduplication_token = '${token}' ` +
    `VALUES ('default', toStartOfMinute(now()), ${row})`;
  await client.command(new Sql([statement], []));
}

async function first(query: string): Promise<unknown> {
  const { rows } = await client.query(new Sql([query], []), { parse: (row: unknown) => row });
  return rows[0];
}

describe('deltas of the service map', () => {
  it('add up in contexts, once a token', async () => {
    const columns =
      'service, entry, caller, operation, requests, errors, duration_ns_sum, duration_ns_max, ' +
      'duration_histogram, self_ns_sum';
    const row = (requests: number, bucket: number): string =>
      `'cart', 'POST /cart', 'web', 'SELECT', ${requests}, 1, 100, 60, ([${bucket}], [${requests}]), 40`;
    await insert('contexts_1m', 'spans/0/0-1/contexts_1m', columns, row(3, 80));
    await insert('contexts_1m', 'spans/0/0-1/contexts_1m', columns, row(3, 80));
    await insert('contexts_1m', 'spans/0/1-2/contexts_1m', columns, row(2, 81));
    const folded = await first(
      `SELECT sum(requests) AS requests, sum(errors) AS errors, sum(self_ns_sum) AS self,
         sumMap(duration_histogram.1, duration_histogram.2) AS histogram
       FROM sonde.contexts_1m WHERE caller = 'web' GROUP BY service, entry, operation`,
    );
    expect(folded).toMatchObject({ requests: 5, errors: 2, self: 80 });
    expect(folded).toHaveProperty('histogram', [
      [80, 81],
      [3, 2],
    ]);
  });
});
