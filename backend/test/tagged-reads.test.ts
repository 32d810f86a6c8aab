import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from '@sonde/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { QUERY_LIMITS } from '../src/limits.ts';
import { asRunning } from '../src/running-requests.ts';
import { openStore, type StoreQuery, type StoreReader } from '../src/store-reader.ts';

const SETTING = 'query_cache_tag';
/** As ClickHouse 24.3 says it. */
const REFUSAL =
  `Code: 115. DB::Exception: Unknown setting '${SETTING}'. (UNKNOWN_SETTING) ` +
  '(version 24.3.18.7 (official build))\n';

const one: StoreQuery<{ readonly n: number }> = {
  summary: 'SELECT 1',
  sql: sql`SELECT 1 AS n`,
  row: z.object({ n: z.number() }),
};

/** A server that does not have the setting; it remembers which of the statements had it. */
const asked: boolean[] = [];
let refusal: string | undefined;
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    const { searchParams } = new URL(request.url ?? '/', 'http://store');
    asked.push(searchParams.has(SETTING));
    const isRefused = refusal !== undefined && searchParams.has(SETTING);
    response.writeHead(
      isRefused ? 404 : 200,
      isRefused ? { 'X-ClickHouse-Exception-Code': '115' } : {},
    );
    response.end(isRefused ? refusal : '{"n":1}\n');
  });
});
const said: string[] = [];
const log = { warn: (message: string) => said.push(message), error: () => undefined };
let store: StoreReader;

const read = () => store.read(one, new AbortController().signal);

beforeEach(async () => {
  asked.length = 0;
  said.length = 0;
  refusal = REFUSAL;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  store = openStore({ url: `http://127.0.0.1:${port}`, role: 'internal' }, QUERY_LIMITS, log);
});
afterEach(async () => {
  await store.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('the id of a request', () => {
  it('goes with its reads', async () => {
    refusal = undefined;
    await asRunning('of-a-new-server', async () => [await read(), await read()]);
    expect(asked).toEqual([true, true]);
    expect(said).toEqual([]);
  });

  it('is left out from the first refusal on, and that is said once', async () => {
    const rows = await asRunning('of-an-old-server', async () => {
      const { rows: first } = await read();
      return [...first, ...(await read()).rows];
    });
    expect(rows).toEqual([{ n: 1 }, { n: 1 }]);
    expect(asked).toEqual([true, false, false]);
    expect(said).toEqual([expect.stringContaining(SETTING)]);
  });

  it('is left out of reads that are under way together', async () => {
    await asRunning('of-several-reads', () => Promise.all([read(), read(), read()]));
    await asRunning('of-another-request', read);
    expect(asked.filter((isTagged) => isTagged).length).toBeLessThanOrEqual(3);
    expect(asked.at(-1)).toBe(false);
    expect(said).toHaveLength(1);
  });

  it('is not the reason of other refusals', async () => {
    refusal = 'Code: 60. DB::Exception: Unknown table. (UNKNOWN_TABLE)\n';
    await expect(asRunning('of-no-table', read)).rejects.toThrow('the store has no schema yet');
    expect(asked).toEqual([true]);
  });
});
