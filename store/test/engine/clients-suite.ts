import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DoorUnderTest } from './door-suite.ts';

/** Runs for some hundred milliseconds, whatever the machine: rows are held back, not computed. */
const SLOW = 'SELECT sum(sleepEachRow(0.02)) FROM numbers(60) SETTINGS max_block_size = 5';

const POLLS_MAX = 500;
const Progress = z.object({ read_rows: z.string(), elapsed_ns: z.string() });

interface RawAnswer {
  readonly progress: readonly string[];
  readonly exceptionCode: string | undefined;
  readonly status: number | undefined;
  readonly body: string;
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  for (let poll = 0; poll < POLLS_MAX; poll++) if (await reached()) return;
  throw new Error('it did not come to that');
}

/** `fetch` would join equal headers; these are told apart. */
function askRaw(under: DoorUnderTest, sql: string, params: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const url = new URL(`/?${params}`, under.url);
    const headers = { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': under.internalToken };
    const sent = request(url, { method: 'POST', headers }, (response) => {
      const progress: string[] = [];
      response.rawHeaders.forEach((name, at) => {
        const value = response.rawHeaders[at + 1];
        const named = at % 2 === 0 && name.toLowerCase() === 'x-clickhouse-progress';
        if (named && value !== undefined) progress.push(value);
      });
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        body += piece;
      });
      response.on('error', reject);
      response.on('end', () => {
        const code = response.headers['x-clickhouse-exception-code'];
        const exceptionCode = Array.isArray(code) ? code[0] : code;
        resolve({ progress, exceptionCode, status: response.statusCode, body });
      });
    });
    sent.on('error', reject);
    sent.end(sql);
  });
}

/** Clients that others wrote, as their users set them up. */
export function clientsSuite(name: string, open: () => Promise<DoorUnderTest>): void {
  describe(`${name}: its clients`, () => {
    let under: DoorUnderTest;
    let client: ClickHouseClient;
    beforeAll(async () => {
      under = await open();
      client = createClient({
        url: under.url,
        username: 'internal',
        password: under.internalToken,
        compression: { request: true, response: true },
        // What fails here on purpose need not be told.
        log: { level: ClickHouseLogLevel.OFF },
      });
      await client.command({ query: 'DROP DATABASE IF EXISTS clients' });
      await client.command({ query: 'CREATE DATABASE clients' });
      await client.command({
        query: 'CREATE TABLE clients.t (n UInt64, s String) ENGINE = MergeTree ORDER BY n',
      });
    });
    afterAll(async () => {
      await client.close();
      await under.close();
    });

    official(() => client);
    progressing(() => under);
    curling(() => under);
  });
}

function official(client: () => ClickHouseClient): void {
  it('@clickhouse/client inserts values and streams, and queries them', async () => {
    const values = Array.from({ length: 1000 }, (_, n) => ({ n, s: `row ${n}\n\n'` }));
    await client().insert({ table: 'clients.t', values, format: 'JSONEachRow' });
    const lines = Readable.from(['2000,"a"\n', '2001,"b', '"\n'], { objectMode: false });
    await client().insert({ table: 'clients.t', values: lines, format: 'CSV' });
    const result = await client().query({
      query: 'SELECT n, s FROM clients.t WHERE n IN {list:Array(UInt64)} ORDER BY n',
      query_params: { list: [7, 2001] },
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 1, max_threads: 1 },
    });
    expect(await result.json()).toEqual([
      { n: '7', s: "row 7\n\n'" },
      { n: '2001', s: 'b' },
    ]);
  });

  it('@clickhouse/client streams rows and sends raw bytes by exec', async () => {
    const result = await client().query({
      query: 'SELECT number FROM numbers(300000)',
      format: 'JSONEachRow',
    });
    let rows = 0;
    for await (const batch of result.stream()) rows += batch.length;
    expect(rows).toBe(300_000);
    const exec = await client().exec({
      query: 'INSERT INTO clients.t FORMAT TSV',
      values: Readable.from(['3000\tx\n3001\ty\n'], { objectMode: false }),
    });
    exec.stream.resume();
    expect(exec.summary?.written_rows).toBe('2');
    expect(exec.query_id).not.toBe('');
  });

  it('@clickhouse/client keeps a session, and cancels what runs', async () => {
    const session = { session_id: 'clients' };
    await client().command({ query: 'CREATE TEMPORARY TABLE mine (n UInt8)', ...session });
    const query = 'SELECT count() FROM mine';
    const seen = await client().query({ query, format: 'TabSeparated', ...session });
    expect(await seen.text()).toBe('0\n');
    const controller = new AbortController();
    const endless = 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 44';
    const running = client().query({ query: endless, abort_signal: controller.signal });
    running.catch(() => undefined);
    const count = async (): Promise<number> => {
      const processes = await client().query({
        query: `SELECT count() AS n FROM system.processes
          WHERE query LIKE '%= 44%' AND query NOT LIKE '%processes%'`,
        format: 'TabSeparated',
      });
      return Number((await processes.text()).trim());
    };
    await until(async () => (await count()) > 0);
    controller.abort();
    await expect(running).rejects.toThrow(/aborted/);
    await until(async () => (await count()) === 0);
  });

  it('@clickhouse/client takes progress in headers for what it is', async () => {
    const settings: ClickHouseSettings = {
      send_progress_in_http_headers: 1,
      http_headers_progress_interval_ms: '100',
    };
    await client().command({ query: SLOW, clickhouse_settings: settings });
    const query = SLOW.replace('sum(', 'sum(throwIf(number = 55) + ');
    await expect(client().command({ query, clickhouse_settings: settings })).rejects.toMatchObject({
      code: '395',
    });
  });
}

function progressing(under: () => DoorUnderTest): void {
  const wanted = 'send_progress_in_http_headers=1&http_headers_progress_interval_ms=100';

  it('tells of the progress in headers while a statement runs', async () => {
    const answer = await askRaw(under(), SLOW, `${wanted}&wait_end_of_query=1`);
    expect([answer.status, answer.body]).toEqual([200, '0\n']);
    expect(answer.progress.length).toBeGreaterThan(1);
    const lines = answer.progress.map((line) => Progress.parse(JSON.parse(line)));
    const rows = lines.map((line) => Number(line.read_rows));
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    expect(lines.every((line) => Number(line.elapsed_ns) > 0)).toBe(true);
    expect((await askRaw(under(), SLOW, '')).progress).toEqual([]);
  });

  it('tells of a failure by a header once the status is out', async () => {
    const sql =
      'SELECT throwIf(number = 55), sleepEachRow(0.02) FROM numbers(60) ' +
      'SETTINGS max_block_size = 5 FORMAT JSONCompact';
    const answer = await askRaw(under(), sql, wanted);
    expect(answer.progress.length).toBeGreaterThan(0);
    expect([answer.status, answer.exceptionCode]).toEqual([200, '395']);
    expect(answer.body).toMatch(/^Code: 395\. /);
  });

  it('sends a large answer whole after its progress', async () => {
    const sql =
      'WITH (SELECT sum(sleepEachRow(0.02)) FROM numbers(60)) AS zero ' +
      'SELECT number + zero FROM numbers(300000)';
    const answer = await askRaw(under(), sql, wanted);
    expect(answer.body.slice(0, 4)).toBe('0\n1\n');
    expect(answer.progress.length).toBeGreaterThan(0);
    expect(answer.body.split('\n')).toHaveLength(300_001);
  });
}

function curling(under: () => DoorUnderTest): void {
  it('curl reads, inserts from standard input and fails with a status', async () => {
    const { url, internalToken } = under();
    const login = ['-sS', '--user', `internal:${internalToken}`];
    const run = promisify(execFile);
    const insert = `${url}/?query=INSERT%20INTO%20clients.t%20FORMAT%20CSV`;
    await run('curl', [...login, insert, '--data-binary', '4000,"by curl"\n4001,"too"\n']);
    const select = "SELECT count() FROM clients.t WHERE n >= 4000 AND s IN ('by curl', 'too')";
    expect((await run('curl', [...login, url, '--data', select])).stdout).toBe('2\n');
    const packed = [...login, '--compressed', `${url}/?enable_http_compression=1`];
    const many = await run('curl', [...packed, '--data', 'SELECT number FROM numbers(9999)']);
    expect(many.stdout.split('\n')).toHaveLength(10_000);
    const failed = run('curl', [...login, '--fail', url, '--data', 'SELECT nope']);
    await expect(failed).rejects.toMatchObject({ code: 22 });
  });
}
