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

  it('keep the gap of an edge apart from its requests', async () => {
    const columns =
      'client_service, server_service, server_kind, protocol, operation, requests, ' +
      'gap_requests, gap_ns_sum, gap_ns_max, gap_histogram';
    const edge = "'web', 'cart', 'service', 'http', 'POST /cart'";
    await insert('edges_1m', 'spans/0/0-1/edges_1m', columns, `${edge}, 4, 3, 30, 20, ([13], [3])`);
    await insert('edges_1m', 'job/1/edges_1m', columns, `${edge}, 1, 1, 10, 10, ([13], [1])`);
    const folded = await first(
      `SELECT sum(requests) AS requests, sum(gap_ns_sum) / sum(gap_requests) AS mean,
         max(gap_ns_max) AS highest FROM sonde.edges_1m GROUP BY client_service, server_service`,
    );
    expect(folded).toMatchObject({ requests: 5, mean: 10, highest: '20' });
  });

  it('leave halves that meet by the id of the call', async () => {
    const half = (isServer: number, service: string, duration: number): string =>
      `('default', now64(9), unhex('${'01'.repeat(16)}'), unhex('${'02'.repeat(8)}'), ` +
      `${isServer}, '${service}', ${duration})`;
    const statement =
      'INSERT INTO sonde.edge_halves ' +
      '(tenant, timestamp, trace_id, call_id, is_server, service, duration_ns) VALUES ' +
      `${half(0, 'web', 50)}, ${half(1, 'cart', 30)}`;
    await client.command(new Sql([statement], []));
    const joined = await first(
      `SELECT c.service AS client, s.service AS server,
         toFloat64(c.duration_ns - s.duration_ns) AS gap
       FROM sonde.edge_halves AS c INNER JOIN sonde.edge_halves AS s
         ON c.tenant = s.tenant AND c.trace_id = s.trace_id AND c.call_id = s.call_id
       WHERE c.is_server = 0 AND s.is_server = 1`,
    );
    expect(joined).toEqual({ client: 'web', server: 'cart', gap: 20 });
  });
});
