import { sql } from '@sonde/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ApiFailure } from '../src/api/failure.ts';
import { QUERY_LIMITS } from '../src/limits.ts';
import { openStore, type StoreReader } from '../src/store-reader.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';

const ProgressSchema = z.object({
  running: z.boolean(),
  rowsRead: z.number(),
  bytesRead: z.number(),
});

let sonde: Sonde;
const readers: StoreReader[] = [];

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  // Minutes of work in whatever asks for metrics: a view in the place of the table.
  await sonde.run('DROP TABLE sonde.metric_series');
  await sonde.run(
    `CREATE VIEW sonde.metric_series AS
      SELECT 'default' AS tenant, 'm' AS metric, number AS series, now('UTC') - 60 AS bucket, 5 AS kind,
        0 AS temporality, 0 AS is_monotonic, '' AS unit, '' AS description, 'shop' AS service,
        '' AS namespace, '' AS scope_name
      FROM numbers(1900000000)`,
  );
});
afterAll(async () => {
  for (const reader of readers) await reader.close();
  await sonde.close();
});

/** Queries of the backend that the engine is working on. */
async function running(): Promise<number> {
  const rows = await sonde.rows(
    "SELECT count() AS n FROM system.processes WHERE query LIKE '%FROM metric_series%' " +
      "AND query NOT LIKE '%system.processes%'",
  );
  return Number(rows[0]?.['n']);
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) if (await condition()) return;
  throw new Error(`not within 10 s: ${what}`);
}

describe('a client that goes away', () => {
  it('takes its query with it', async () => {
    const leaving = new AbortController();
    const request = fetch(`${sonde.url}/api/v1/metrics`, { signal: leaving.signal });
    const ended = expect(request).rejects.toThrow();
    await until(async () => (await running()) > 0, 'the query runs');
    leaving.abort();
    await ended;
    await until(async () => (await running()) === 0, 'the engine stops');
  });
});

describe('a request that takes its time', () => {
  it('says what it has read so far, to who knows its id', async () => {
    const id = 'a1'.repeat(16);
    const leaving = new AbortController();
    const request = fetch(`${sonde.url}/api/v1/metrics`, {
      ...{ signal: leaving.signal, headers: { 'Sonde-Request': id } },
    });
    const ended = expect(request).rejects.toThrow();
    const progress = async (of: string) => {
      const answer = await fetch(`${sonde.url}/api/v1/requests/${of}`);
      return ProgressSchema.parse(await answer.json());
    };
    await until(async () => (await progress(id)).bytesRead > 0, 'it has read something');
    const { rowsRead } = await progress(id);
    await until(async () => (await progress(id)).rowsRead > rowsRead, 'it reads on');
    expect(await progress('b2'.repeat(16))).toEqual({ running: false, rowsRead: 0, bytesRead: 0 });
    leaving.abort();
    await ended;
    await until(async () => !(await progress(id)).running, 'it is over');
  });
});

describe('a query over its limits', () => {
  const reader = (limits: Partial<typeof QUERY_LIMITS>): StoreReader => {
    const opened = openStore(sonde.role, { ...QUERY_LIMITS, ...limits });
    readers.push(opened);
    return opened;
  };
  const numbers = {
    summary: 'SELECT numbers',
    row: z.object({ n: z.string() }),
    sql: sql`SELECT toString(number) AS n FROM numbers(1000)`,
  };
  const { signal } = new AbortController();

  it('is told so, with what to do', async () => {
    const failure = await reader({ resultRowsMax: 10 })
      .read(numbers, signal)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiFailure);
    expect(failure).toMatchObject({
      code: 'QUERY_LIMIT',
      status: 422,
      hint: expect.stringContaining('shorter time range'),
    });
  });

  it('of memory does not end the engine', async () => {
    const gathered = {
      ...numbers,
      sql: sql`SELECT toString(length(groupArray(number))) AS n FROM numbers(30000000)`,
    };
    await expect(
      reader({ memoryBytesMax: 20_000_000 }).read(gathered, signal),
    ).rejects.toMatchObject({ code: 'QUERY_LIMIT' });
    expect((await reader({}).read(numbers, signal)).rows).toHaveLength(1000);
  });

  it('of time is stopped by the store', async () => {
    const slow = {
      ...numbers,
      sql: sql`SELECT toString(sum(sleepEachRow(0.1))) AS n FROM numbers(600)
        SETTINGS max_block_size = 1`,
    };
    await expect(reader({ executionSecondsMax: 1 }).read(slow, signal)).rejects.toMatchObject({
      code: 'QUERY_TIMEOUT',
    });
  });
});

describe('a request over its time', () => {
  it('is answered 504 with a hint, and its query stops', async () => {
    const own = await sonde.another({ limits: { answerMsMax: 500 } });
    const response = await fetch(`${own.url}/api/v1/metrics`);
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({
      error: { code: 'QUERY_TIMEOUT', hint: expect.stringContaining('shorter time range') },
    });
    await until(async () => (await running()) === 0, 'the engine stops');
    await own.close();
  });
});

describe('an engine that ends', () => {
  it('is a store that is away, in words, and nothing else fails', async () => {
    const own = await runSonde({ migrated: true });
    await own.engine.kill();
    const response = await fetch(`${own.url}/api/v1/services`);
    expect(response.status).toBe(503);
    expect((await fetch(`${own.url}/api/v1/settings`)).status).toBe(200);
    await own.close();
  });
});
