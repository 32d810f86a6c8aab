import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnEngine } from '@sonde/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './door-request.ts';
import {
  type EngineUnderTest,
  INGEST_TOKEN,
  INTERNAL_TOKEN,
  startTestEngine,
  TEST_TOKENS,
} from './engine-under-test.ts';

const POLLS_MAX = 500;
let spare: string;

beforeAll(async () => {
  spare = await mkdtemp(join(tmpdir(), 'sonde-process-'));
});
afterAll(() => rm(spare, { recursive: true, force: true }));

function asInternal(under: EngineUnderTest, body: string): Promise<string> {
  return ask(under.url, 'internal', INTERNAL_TOKEN, { body }).then((answer) => answer.text);
}

async function untilRunning(under: EngineUnderTest, mark: string): Promise<void> {
  const statement = `SELECT count() FROM system.processes WHERE query LIKE '%${mark}%' AND query NOT LIKE '%processes%'`;
  for (let poll = 0; poll < POLLS_MAX; poll++) {
    if ((await asInternal(under, statement)) === '1\n') return;
  }
  throw new Error(`${mark} does not run`);
}

describe('the engine process', () => {
  it('refuses a directory that another process has open, in words', async () => {
    const under = await startTestEngine();
    const second = spawnEngine({ directory: under.directory });
    await expect(second).rejects.toThrow(`is open in process ${under.engine.pid}`);
    expect(await asInternal(under, 'SELECT 1')).toBe('1\n');
    await under.close();
  });

  it('says when its port is taken', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address: AddressInfo | string | null = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const taken = spawnEngine({ directory: join(spare, 'port'), port });
    await expect(taken).rejects.toThrow('EADDRINUSE');
    server.close();
  });

  it('says so when its directory is not one', async () => {
    const directory = join(spare, 'foreign');
    await mkdir(directory);
    await writeFile(join(directory, 'data'), 'a file where a folder should be');
    await expect(spawnEngine({ directory })).rejects.toThrow('the engine cannot open');
  });

  it('refuses a folder with files of others, and takes the root of a disk', async () => {
    const directory = join(spare, 'others');
    await mkdir(join(directory, 'lost+found'), { recursive: true });
    await writeFile(join(directory, 'thesis.txt'), 'mine');
    await expect(spawnEngine({ directory })).rejects.toThrow(
      'it is not empty and holds no store (there is thesis.txt)',
    );
    expect((await readdir(directory)).sort()).toEqual(['lost+found', 'thesis.txt']);
    await rm(join(directory, 'thesis.txt'));
    const engine = await spawnEngine({ directory });
    expect(await engine.stop()).toBe(0);
  });

  it('refuses options it does not know, and short tokens', async () => {
    const short = spawnEngine({
      directory: join(spare, 'options'),
      tokens: [{ role: 'ingest', token: 'short' }],
    });
    await expect(short).rejects.toThrow('a token has at least 16 characters');
  });

  it('lets a running statement finish on SIGTERM, refuses new ones, and ends with 0', async () => {
    const under = await startTestEngine();
    const running = asInternal(
      under,
      'SELECT sum(sleepEachRow(0.01)) FROM numbers(100) SETTINGS max_block_size = 10',
    );
    await untilRunning(under, 'sleepEachRow(0.01)');
    const stopped = under.engine.stop();
    expect(await running).toBe('0\n');
    expect(await stopped).toBe(0);
    await under.close();
  });

  it('kills what runs longer than its drain time, and ends with 0', async () => {
    const under = await startTestEngine({ drainTimeoutMs: 200 });
    const running = asInternal(
      under,
      'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1',
    );
    const outcome = running.then(
      (text) => text,
      () => 'cut',
    );
    await untilRunning(under, 'sipHash64(number) = 1');
    expect(await under.engine.stop()).toBe(0);
    expect(await outcome).toMatch(/^cut$|Code: 394/);
    await under.close();
  });

  it('opens what it closed, with the rows in it', async () => {
    const directory = join(spare, 'reopen');
    const first = await startTestEngine({ directory });
    await asInternal(first, 'CREATE DATABASE d ENGINE = Atomic');
    await asInternal(first, 'CREATE TABLE d.t (n UInt64) ENGINE = MergeTree ORDER BY n');
    await asInternal(first, 'INSERT INTO d.t SELECT number FROM numbers(10)');
    expect(await first.engine.stop()).toBe(0);
    const second = await startTestEngine({ directory });
    expect(await asInternal(second, 'SELECT sum(n) FROM d.t')).toBe('45\n');
    expect(await second.engine.stop()).toBe(0);
  });

  it('runs with the memory it was given, and backs up into its own folder alone', async () => {
    const memoryMaxBytes = 1_500_000_000;
    const under = await startTestEngine({ memoryMaxBytes });
    const setting =
      "SELECT value FROM system.server_settings WHERE name = 'max_server_memory_usage'";
    expect(await asInternal(under, setting)).toBe(`${memoryMaxBytes}\n`);
    await asInternal(under, 'CREATE DATABASE d ENGINE = Atomic');
    await asInternal(under, 'CREATE TABLE d.t (n UInt64) ENGINE = MergeTree ORDER BY n');
    await asInternal(under, 'INSERT INTO d.t SELECT number FROM numbers(10)');
    expect(await asInternal(under, "BACKUP DATABASE d TO File('first')")).toContain(
      'BACKUP_CREATED',
    );
    const elsewhere = await asInternal(under, `BACKUP DATABASE d TO File('${spare}/elsewhere')`);
    expect(elsewhere).toMatch(/^Code: \d+/);
    await asInternal(under, 'DROP DATABASE d SYNC');
    await asInternal(under, "RESTORE DATABASE d FROM File('first')");
    expect(await asInternal(under, 'SELECT sum(n) FROM d.t')).toBe('45\n');
    await under.close();
  });

  it('stops a statement whose client hung up, and an insert that was cut off stores nothing', async () => {
    const under = await startTestEngine();
    await asInternal(under, 'CREATE DATABASE d ENGINE = Atomic');
    await asInternal(under, 'CREATE TABLE d.t (n UInt64) ENGINE = MergeTree ORDER BY n');
    const socket = connect(Number(new URL(under.url).port), '127.0.0.1');
    const sql = encodeURIComponent('INSERT INTO d.t FORMAT TSV');
    socket.write(
      `POST /?query=${sql} HTTP/1.1\r\nHost: localhost\r\nX-ClickHouse-User: ingest\r\n` +
        `X-ClickHouse-Key: ${INGEST_TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n1\n2\n\r\n`,
    );
    await untilRunning(under, 'INSERT INTO d.t');
    socket.destroy();
    for (let poll = 0; poll < POLLS_MAX; poll++) {
      const open = await asInternal(
        under,
        "SELECT count() FROM system.processes WHERE query LIKE 'INSERT INTO d.t%'",
      );
      if (open === '0\n') break;
    }
    expect(await asInternal(under, 'SELECT count() FROM d.t')).toBe('0\n');
    await under.close();
  });

  it('makes more callers wait than it has connections, and refuses more than may wait', async () => {
    const connections = { ingestMax: 1, internalMax: 2, userMax: 1, waitingMax: 2 };
    const under = await startTestEngine({ connections });
    const slow = 'SELECT sum(sleepEachRow(0.02)) FROM numbers(50) SETTINGS max_block_size = 10';
    const all = await Promise.all(
      Array.from({ length: 7 }, () => ask(under.url, 'internal', INTERNAL_TOKEN, { body: slow })),
    );
    expect(all.filter((answer) => answer.status === 200)).toHaveLength(4);
    const refused = all.filter((answer) => answer.status === 503);
    expect(refused).toHaveLength(3);
    expect(refused[0]?.text).toMatch(/^Code: 202\. .*TOO_MANY_SIMULTANEOUS_QUERIES/s);
    await under.close();
  });

  it('demands tokens of everybody when it is bound wider than loopback', async () => {
    const under = await startTestEngine({ host: '0.0.0.0', tokens: TEST_TOKENS });
    const url = `http://127.0.0.1:${under.engine.port}`;
    expect((await ask(url, 'user', '', { body: 'SELECT 1' })).status).toBe(403);
    expect((await ask(url, 'internal', INTERNAL_TOKEN, { body: 'SELECT 1' })).text).toBe('1\n');
    await under.close();
  });
});
