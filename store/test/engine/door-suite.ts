import { gunzipSync, gzipSync } from 'node:zlib';
import {
  createStoreClient,
  param,
  type StoreClient,
  StoreError,
  sql,
  uint64Number,
} from '@sonde/store';
import { decompressFrameSync } from 'lz4-napi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodedBlocks, encodedBlocks } from './compressed-blocks.ts';
import { ask, type DoorAnswer, type DoorRequest } from './door-request.ts';
import { nativeBlock } from './native-block.ts';

/** A ClickHouse to run the suite on: Sonde's engine, or any server with these two users. */
export interface DoorUnderTest {
  readonly url: string;
  readonly internalToken: string;
  readonly ingestToken: string;
  close(): Promise<void>;
}

const CountRow = z.object({ n: uint64Number });
const RUNNING_POLLS_MAX = 500;

const SCHEMA = [
  sql`DROP DATABASE IF EXISTS door`,
  sql`CREATE DATABASE door ENGINE = Atomic`,
  sql`CREATE TABLE door.t (n UInt64, s String) ENGINE = MergeTree ORDER BY n
      SETTINGS non_replicated_deduplication_window = 100`,
  sql`CREATE TABLE door.sums (k UInt8, total SimpleAggregateFunction(sum, UInt64))
      ENGINE = AggregatingMergeTree ORDER BY k SETTINGS non_replicated_deduplication_window = 100`,
  sql`CREATE MATERIALIZED VIEW door.sums_view TO door.sums AS
      SELECT 0 AS k, sum(n) AS total FROM door.t GROUP BY k`,
];

class Door {
  readonly under: DoorUnderTest;
  readonly internal: StoreClient;
  readonly ingest: StoreClient;

  constructor(under: DoorUnderTest) {
    this.under = under;
    this.internal = createStoreClient({
      url: under.url,
      role: 'internal',
      token: under.internalToken,
    });
    this.ingest = createStoreClient({ url: under.url, role: 'ingest', token: under.ingestToken });
  }

  ask(request: DoorRequest): Promise<DoorAnswer> {
    return ask(this.under.url, 'internal', this.under.internalToken, request);
  }

  async count(condition: string): Promise<number> {
    const answer = await this.ask({ body: `SELECT count() FROM door.t WHERE ${condition}` });
    return Number(answer.text);
  }

  /** How many statements with this text run; waits until it is `wanted`. */
  async untilRunning(mark: string, wanted: number): Promise<void> {
    for (let poll = 0; poll < RUNNING_POLLS_MAX; poll++) {
      const running = await this.ask({
        body: `SELECT count() FROM system.processes WHERE query LIKE '%${mark}%' AND query NOT LIKE '%processes%'`,
      });
      if (Number(running.text) === wanted) return;
    }
    throw new Error(`${mark} does not run ${wanted} times`);
  }

  async close(): Promise<void> {
    await Promise.all([this.internal.close(), this.ingest.close()]);
    await this.under.close();
  }
}

function storeError(promise: Promise<unknown>): Promise<StoreError> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      if (error instanceof StoreError) return error;
      throw error;
    },
  );
}

/** What everything above the store relies on, embedded or not. */
export function doorSuite(name: string, open: () => Promise<DoorUnderTest>): void {
  describe(`${name}: ClickHouse over HTTP`, () => {
    let door: Door;
    beforeAll(async () => {
      door = new Door(await open());
      for (const statement of SCHEMA) await door.internal.command(statement);
    });
    afterAll(() => door.close());

    reading(() => door);
    readingMuch(() => door);
    writing(() => door);
    compressing(() => door);
    keepingSessions(() => door);
    failing(() => door);
    deduplicating(() => door);
  });
}

function reading(door: () => Door): void {
  it('answers ping', async () => {
    expect(await door().internal.ping()).toBe(true);
    expect((await fetch(`${door().under.url}/ping`)).status).toBe(200);
  });

  it('takes the statement from URL or body, in the default format or the one asked for', async () => {
    const get = await door().ask({ sql: 'SELECT 1, 2', method: 'GET' });
    expect(get.text).toBe('1\t2\n');
    const inBody = await door().ask({
      body: 'SELECT 1 AS a',
      params: { default_format: 'JSONEachRow' },
    });
    expect(inBody.text).toBe('{"a":1}\n');
    const clause = await door().ask({ body: 'SELECT 1 AS a FORMAT CSVWithNames;' });
    expect(clause.text).toBe('"a"\n1\n');
    expect(clause.headers.get('x-clickhouse-format')).toBe('CSVWithNames');
  });

  it('binds parameters by type, whatever their text', async () => {
    const text = `it's \\ "quoted" \n\t {p0:String} \u00e9`;
    const row = z.object({
      s: z.string(),
      list: z.array(z.string()),
      bytes: z.string(),
      n: z.string(),
    });
    const { rows } = await door().internal.query(
      sql`SELECT ${param.string(text)} AS s, ${param.strings([text, ''])} AS list,
          hex(${param.bytes(Uint8Array.of(0, 10, 255))}) AS bytes, ${param.uint64(2n ** 64n - 1n)} AS n`,
      row,
    );
    expect(rows).toEqual([
      { s: text, list: [text, ''], bytes: '000AFF', n: '18446744073709551615' },
    ]);
  });

  it('keeps settings and database to the one statement', async () => {
    const names = "SELECT value FROM system.settings WHERE name = 'max_block_size'";
    const before = await door().ask({ body: names });
    const changed = await door().ask({ body: names, params: { max_block_size: '1234' } });
    expect(changed.text).toBe('1234\n');
    const database = 'SELECT currentDatabase()';
    const inDoor = await door().ask({ body: database, params: { database: 'door' } });
    expect(inDoor.text).toBe('door\n');
    for (let i = 0; i < 10; i++) {
      expect((await door().ask({ body: names })).text).toBe(before.text);
      expect((await door().ask({ body: database })).text).toBe('default\n');
    }
  });
}

function readingMuch(door: () => Door): void {
  it('says what a statement cost', async () => {
    const { rows, cost } = await door().internal.query(
      sql`SELECT count() AS n FROM numbers(1000000) WHERE number % 2 = 0`,
      CountRow,
    );
    expect(rows).toEqual([{ n: 500_000 }]);
    expect(cost.rowsRead).toBe(1_000_000);
    expect(cost.bytesRead).toBe(8_000_000);
    expect(cost.elapsedMs).toBeGreaterThan(0);
  });

  it('streams large results without cutting rows', async () => {
    let rows = 0;
    let sum = 0;
    const statement = sql`SELECT number AS n FROM numbers(500000)`;
    for await (const batch of door().internal.stream(statement, CountRow)) {
      rows += batch.length;
      for (const row of batch) sum += row.n;
    }
    expect(rows).toBe(500_000);
    expect(sum).toBe((499_999 * 500_000) / 2);
  });

  it('makes formats with head and foot whole', async () => {
    const answer = await door().ask({
      body: 'SELECT number FROM numbers(200000) FORMAT JSONCompact',
    });
    const parsed: unknown = JSON.parse(answer.text);
    expect(parsed).toMatchObject({ rows: 200_000 });
  });

  it('compresses answers when asked to', async () => {
    const url = new URL(door().under.url);
    url.searchParams.set('enable_http_compression', '1');
    url.searchParams.set('query', 'SELECT number FROM numbers(300000)');
    const answer = await fetch(url, {
      headers: {
        'X-ClickHouse-User': 'internal',
        'X-ClickHouse-Key': door().under.internalToken,
        'Accept-Encoding': 'gzip',
      },
    });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect((await answer.text()).split('\n')).toHaveLength(300_001);
  });

  it('runs statements at the same time without mixing them up', async () => {
    const numbers = Array.from({ length: 60 }, (_, i) => i);
    const answers = await Promise.all(
      numbers.map((i) =>
        door().internal.query(
          sql`SELECT ${param.uint64(i)} AS n FROM numbers(${param.uint64((i % 3) + 1)})`,
          CountRow,
        ),
      ),
    );
    for (const [i, answer] of answers.entries()) {
      expect(answer.rows).toEqual(Array.from({ length: (i % 3) + 1 }, () => ({ n: i })));
    }
  });
}

function writing(door: () => Door): void {
  it('stores Native blocks byte for byte', async () => {
    const hostile = [
      Buffer.from('a\n\nDROP TABLE door.t;\n'),
      Buffer.from([0x0a, 0x0a, 0, 0xff, 0xfe, 0x0a]),
      Buffer.from("'); DROP TABLE door.t; --"),
      Buffer.alloc(70_000, 0x0a),
    ];
    const block = nativeBlock(hostile.map((bytes, i) => [BigInt(1000 + i), bytes]));
    const cost = await door().ingest.insertNative('door.t', block);
    expect(cost.rowsWritten).toBeGreaterThanOrEqual(4);
    const stored = await door().ask({
      body: 'SELECT hex(s) FROM door.t WHERE n BETWEEN 1000 AND 1003 ORDER BY n',
    });
    const expected = hostile.map((bytes) => bytes.toString('hex').toUpperCase());
    expect(stored.text.trim().split('\n')).toEqual(expected);
  });

  it('takes data in the body with the statement in the URL, and both in the body', async () => {
    const row = '{"n": 2000, "s": "one\\n\\ntwo"}';
    const insert = 'INSERT INTO door.t FORMAT JSONEachRow';
    const apart = await door().ask({ sql: insert, body: `${row}\n\n{"n": 2001, "s": ""}\n` });
    expect(apart.status).toBe(200);
    const together = await door().ask({
      body: `${insert}\n{"n": 2002, "s": "DROP TABLE door.t"}\n\n\n${row.replace('2000', '2003')}`,
    });
    expect(together.status).toBe(200);
    const values = await door().ask({
      body: "INSERT INTO door.t (n, s) VALUES (2004, 'a;\n\nDROP TABLE door.t;\n'), (2005, 'b')",
    });
    expect(values.status).toBe(200);
    expect(await door().count('n BETWEEN 2000 AND 2005')).toBe(6);
  });

  it('takes data of any size in pieces of any size', async () => {
    const rows = Array.from(
      { length: 150_000 },
      (_, i) => `${10_000_000 + i}\t${'x'.repeat(i % 90)}`,
    );
    const data = Buffer.from(`${rows.join('\n')}\n`);
    const answer = await door().ask({ sql: 'INSERT INTO door.t FORMAT TSV', body: data });
    expect(answer.status).toBe(200);
    const summary: unknown = JSON.parse(answer.headers.get('x-clickhouse-summary') ?? '{}');
    expect(summary).toHaveProperty('written_rows');
    expect(await door().count('n >= 10000000')).toBe(150_000);
  });

  it('takes compressed data', async () => {
    const body = gzipSync('3000\tcompressed\n');
    expect(gunzipSync(body).toString()).toContain('compressed');
    const headers = { 'Content-Encoding': 'gzip' };
    const answer = await door().ask({ sql: 'INSERT INTO door.t FORMAT TSV', body, headers });
    expect(answer.status).toBe(200);
    expect(await door().count("n = 3000 AND s = 'compressed'")).toBe(1);
  });

  it('refuses data that does not parse, and stores none of a row', async () => {
    const sqlText = 'INSERT INTO door.t FORMAT JSONEachRow';
    const answer = await door().ask({ sql: sqlText, body: '{"n": 4000, "s": "ok"}\n{"n": ' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).toMatch(/^Code: \d+\. DB::Exception: /);
    expect(await door().count('n = 4000')).toBe(0);
  });
}

function compressing(door: () => Door): void {
  const fetchBytes = async (
    params: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
    body?: Buffer,
  ): Promise<{ response: Response; bytes: Buffer }> => {
    const url = new URL(door().under.url);
    for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
    const key = door().under.internalToken;
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': key, ...headers },
      ...(body === undefined ? {} : { body: Uint8Array.from(body) }),
    });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };

  it('answers in its own compressed blocks for compress=1, however large', async () => {
    for (const rows of [1, 300_000]) {
      const query = `SELECT number FROM numbers(${rows})`;
      const { response, bytes } = await fetchBytes({ query, compress: '1' }, {});
      expect(response.headers.get('content-encoding')).toBe(null);
      const text = (await decodedBlocks(bytes)).toString();
      expect(text.split('\n')).toHaveLength(rows + 1);
    }
  });

  it('takes bodies of compressed blocks for decompress=1', async () => {
    const query = 'INSERT INTO door.t FORMAT TSV';
    const rows = Array.from({ length: 100_000 }, (_, i) => `${6_000_000 + i}\tblocks`);
    const body = await encodedBlocks(Buffer.from(`${rows.join('\n')}\n`));
    const { response } = await fetchBytes({ query, decompress: '1' }, {}, body);
    expect(response.status).toBe(200);
    expect(await door().count("n >= 6000000 AND s = 'blocks'")).toBe(100_000);
    const select = await encodedBlocks(Buffer.from('SELECT 7'));
    expect((await fetchBytes({ decompress: '1' }, {}, select)).bytes.toString()).toBe('7\n');
  });

  it('answers in LZ4 frames when the client prefers them', async () => {
    const query = 'SELECT number FROM numbers(300000)';
    const headers = { 'Accept-Encoding': 'lz4' };
    const { response, bytes } = await fetchBytes({ query, enable_http_compression: '1' }, headers);
    expect(response.headers.get('content-encoding')).toBe('lz4');
    expect(decompressFrameSync(bytes).toString().split('\n')).toHaveLength(300_001);
  });
}

function keepingSessions(door: () => Door): void {
  const within = (
    id: string,
    body: string,
    params: Readonly<Record<string, string>> = {},
  ): Promise<DoorAnswer> => door().ask({ body, params: { session_id: id, ...params } });

  it('keeps temporary tables and settings to their session', async () => {
    expect((await within('a', 'CREATE TEMPORARY TABLE mine (n UInt8)')).text).toBe('');
    expect((await within('a', 'INSERT INTO mine VALUES (1), (2)')).text).toBe('');
    expect((await within('a', 'SET max_block_size = 4321')).text).toBe('');
    expect((await within('a', 'SELECT sum(n) FROM mine')).text).toBe('3\n');
    const setting = "SELECT value FROM system.settings WHERE name = 'max_block_size'";
    expect((await within('a', setting)).text).toBe('4321\n');
    expect((await within('b', setting)).text).not.toBe('4321\n');
    expect((await within('b', 'SELECT sum(n) FROM mine')).text).toMatch(/^Code: 60\. /);
    expect((await door().ask({ body: 'SELECT n FROM mine' })).text).toMatch(/^Code: 60\. /);
  });

  it('survives a failed statement in its session', async () => {
    await within('f', 'CREATE TEMPORARY TABLE mine (n UInt8)');
    expect((await within('f', 'SELECT throwIf(1)')).text).toMatch(/^Code: 395\. /);
    expect((await within('f', 'SELECT count() FROM mine')).text).toBe('0\n');
  });

  it('ends a session when asked to, or when nothing was asked of it for its timeout', async () => {
    await within('c', 'SELECT 1', { close_session: '1' });
    const closed = await within('c', 'SELECT 1', { session_check: '1' });
    expect(closed.text).toMatch(/^Code: 372\. /);
    await within('d', 'SELECT 1', { session_timeout: '1' });
    for (let poll = 0, gone = false; !gone; poll++) {
      expect(poll).toBeLessThan(RUNNING_POLLS_MAX);
      // A check that finds the session uses it, so each poll asks for an end in no time.
      const params = { session_check: '1', session_timeout: '0' };
      gone = (await within('d', 'SELECT 1', params)).text.startsWith('Code: 372.');
    }
    const long = await within('e', 'SELECT 1', { session_timeout: '100000' });
    expect(long.text).toMatch(/^Code: 374\. /);
    const wrong = await within('e', 'SELECT 1', { session_timeout: 'x' });
    expect(wrong.text).toMatch(/^Code: 374\. /);
  });

  it('runs one statement of a session at a time', async () => {
    const controller = new AbortController();
    const first = door()
      .ask({
        body: 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 43',
        params: { session_id: 'g' },
        signal: controller.signal,
      })
      .catch((error: unknown) => error);
    await door().untilRunning('sipHash64(number) = 43', 1);
    expect((await within('g', 'SELECT 1')).text).toMatch(/^Code: 373\. /);
    controller.abort();
    await first;
    await door().untilRunning('sipHash64(number) = 43', 0);
  });
}

function failing(door: () => Door): void {
  it('names errors as ClickHouse does', async () => {
    const { internal } = door();
    const unknown = await storeError(internal.query(sql`SELECT n FROM door.nope`, CountRow));
    expect(unknown).toMatchObject({ code: 'UNKNOWN_TABLE', clickhouseCode: 60, retryable: false });
    const syntax = await storeError(internal.query(sql`SELEC 1`, CountRow));
    expect(syntax).toMatchObject({ code: 'SYNTAX_ERROR', clickhouseCode: 62, retryable: false });
    const limit = await storeError(
      internal.query(sql`SELECT count() AS n FROM numbers(10000000000)`, CountRow, {
        settings: { max_execution_time: 1 },
      }),
    );
    expect(limit).toMatchObject({ code: 'TIMEOUT_EXCEEDED', clickhouseCode: 159, retryable: true });
    const missing = await door().ask({ body: 'SELECT * FROM door.nope' });
    expect(missing.status).toBe(404);
    expect(missing.headers.get('x-clickhouse-exception-code')).toBe('60');
  });

  it('refuses a second statement', async () => {
    const answer = await door().ask({ body: 'SELECT 1; SELECT 2' });
    expect(answer.text).toMatch(/^Code: 62\. /);
  });

  it('refuses an unknown setting', async () => {
    const answer = await door().ask({ body: 'SELECT 1', params: { no_such_setting: '1' } });
    expect(answer.text).toMatch(/^Code: 115\. /);
  });

  it('leaves nothing of a failed statement for the next', async () => {
    const failing = 'SELECT number, throwIf(number = 9999) FROM numbers(10000)';
    for (const format of ['JSONCompact', 'TSV', 'JSONEachRow']) {
      for (let i = 0; i < 10; i++) {
        const params = { max_block_size: '1000', wait_end_of_query: String(i % 2) };
        const failed = await door().ask({ body: `${failing} FORMAT ${format}`, params });
        expect(failed.status).toBe(500);
        expect(failed.text).toMatch(/^Code: 395\. /);
        expect((await door().ask({ body: 'SELECT 7' })).text).toBe('7\n');
      }
    }
  });

  it('tells of an error in the middle of a stream', async () => {
    const statement = sql`SELECT number AS n, throwIf(number = 290000) FROM numbers(300000)`;
    const read = async (): Promise<number> => {
      let rows = 0;
      for await (const batch of door().internal.stream(statement, CountRow)) rows += batch.length;
      return rows;
    };
    const error = await storeError(read());
    expect(error).toMatchObject({ clickhouseCode: 395 });
  });

  it('stops the engine when the caller aborts', async () => {
    const controller = new AbortController();
    const statement = sql`SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 42`;
    const running = storeError(
      door().internal.query(statement, CountRow, { signal: controller.signal }),
    );
    await door().untilRunning('sipHash64(number) = 42', 1);
    controller.abort();
    expect(await running).toMatchObject({ kind: 'aborted', retryable: false });
    await door().untilRunning('sipHash64(number) = 42', 0);
  });

  it('stops the engine when the caller leaves a stream early', async () => {
    const statement = sql`SELECT number AS n FROM numbers(1000000000000) WHERE number != 4711`;
    for await (const batch of door().internal.stream(statement, CountRow)) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    await door().untilRunning('number != 4711', 0);
    expect((await door().ask({ body: 'SELECT 8' })).text).toBe('8\n');
  });
}

function deduplicating(door: () => Door): void {
  it('takes a block with a token once, and its roll-up once', async () => {
    const block = nativeBlock([
      [5_000_001n, Buffer.from('a')],
      [5_000_002n, Buffer.from('b')],
    ]);
    const total = async (): Promise<number> =>
      Number((await door().ask({ body: 'SELECT sum(total) FROM door.sums' })).text);
    const before = await total();
    for (let i = 0; i < 3; i++) {
      await door().ingest.insertNative('door.t', block, { token: 'spans/0/10-20/door.t' });
    }
    expect(await door().count('n IN (5000001, 5000002)')).toBe(2);
    expect((await total()) - before).toBe(10_000_003);
    await door().ingest.insertNative('door.t', block, { token: 'spans/0/20-30/door.t' });
    expect(await door().count('n IN (5000001, 5000002)')).toBe(4);
  });

  it('stores a block of 200 k rows as one, so that its token means all of it', async () => {
    const payload = Buffer.from('payload of a row that is as long as a short log line is');
    const block = nativeBlock(
      Array.from({ length: 200_000 }, (_, i) => [BigInt(20_000_000 + i), payload]),
    );
    for (let i = 0; i < 2; i++) {
      await door().ingest.insertNative('door.t', block, { token: 'spans/0/30-40/door.t' });
    }
    expect(await door().count('n >= 20000000')).toBe(200_000);
  });
}
