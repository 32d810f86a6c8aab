import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type DoorAnswer } from './door-request.ts';
import {
  type EngineUnderTest,
  INTERNAL_TOKEN,
  startTestEngine,
  TENANT_TOKEN,
} from './engine-under-test.ts';
import { ESCAPE_PARAMS, escapes } from './escapes.ts';
import { furtherEscapes } from './further-escapes.ts';

const SECRET = 'the secret of the file';
const ESCAPES_MIN = 60;

let under: EngineUnderTest;
let folder: string;
let secretFile: string;
let outFile: string;
let callsOut = 0;
let outside: string;
const outsideServer = createServer((_, response) => {
  callsOut++;
  response.end('1\n');
});

function asUser(sql: string, params: Record<string, string> = {}): Promise<DoorAnswer> {
  return ask(under.url, 'user', '', { body: sql, params });
}

function asTenant(sql: string, params: Record<string, string> = {}): Promise<DoorAnswer> {
  return ask(under.url, 'user', TENANT_TOKEN, { body: sql, params });
}

function asInternal(sql: string): Promise<DoorAnswer> {
  return ask(under.url, 'internal', INTERNAL_TOKEN, { body: sql });
}

const SCHEMA = [
  'CREATE DATABASE box ENGINE = Atomic',
  'CREATE TABLE box.t (tenant LowCardinality(String), n UInt64) ENGINE = MergeTree ORDER BY n',
  "INSERT INTO box.t SELECT if(number < 10, 'acme', 'rival'), number FROM numbers(1000)",
  'CREATE TABLE box.bare (n UInt64) ENGINE = MergeTree ORDER BY n',
  'INSERT INTO box.bare SELECT number FROM numbers(7)',
  'CREATE VIEW box.v AS SELECT n FROM box.t',
  'CREATE TABLE box.sums (tenant String, total UInt64) ENGINE = SummingMergeTree ORDER BY tenant',
  'CREATE MATERIALIZED VIEW box.mv TO box.sums AS SELECT tenant, sum(n) AS total FROM box.t GROUP BY tenant',
  "INSERT INTO box.t VALUES ('acme', 5000), ('rival', 6000)",
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonde-sandbox-'));
  secretFile = join(folder, 'secret.txt');
  outFile = join(folder, 'out.txt');
  await writeFile(secretFile, `${SECRET}\n`);
  outside = await new Promise((resolve) => {
    outsideServer.listen(0, '127.0.0.1', () => {
      const address: AddressInfo | string | null = outsideServer.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve(`http://127.0.0.1:${port}/`);
    });
  });
  under = await startTestEngine();
  for (const sql of SCHEMA) expect((await asInternal(sql)).text).toBe('');
});

afterAll(async () => {
  outsideServer.close();
  await under.close();
  await rm(folder, { recursive: true, force: true });
});

function attempts(): readonly string[] {
  const targets = { secretFile, outFile, outsideUrl: outside };
  return [...escapes(targets), ...furtherEscapes(targets)];
}

/** Sends every escape; returns those that did not fail, or told the secret. */
async function escaped(
  send: (sql: string, params: Record<string, string>) => Promise<DoorAnswer>,
): Promise<string[]> {
  const out: string[] = [];
  for (const sql of attempts()) {
    const answer = await send(sql, { ...ESCAPE_PARAMS });
    const refused = answer.status >= 400 && /^Code: \d+\. DB::Exception: /.test(answer.text);
    if (!refused || answer.text.includes(SECRET)) out.push(`${sql}: ${answer.text.slice(0, 200)}`);
  }
  return out;
}

describe('a user at the door', () => {
  it('reads', async () => {
    expect((await asUser('SELECT count() FROM box.t')).text).toBe('1002\n');
    expect((await asUser('WITH 1 AS x SELECT x FORMAT JSONEachRow')).text).toBe('{"x":1}\n');
    expect((await asUser('SHOW TABLES FROM box')).text).toContain('t\n');
    expect((await asUser('DESCRIBE TABLE box.t')).status).toBe(200);
    expect((await asUser('EXPLAIN SELECT n FROM box.t')).status).toBe(200);
    expect((await asUser("SELECT 'INTO OUTFILE file(', `n` FROM box.t LIMIT 1")).status).toBe(200);
    expect((await asUser('SELECT n AS file, 1 AS url, (url) FROM box.t LIMIT 1')).status).toBe(200);
    const column = await asUser('SELECT a.file FROM (SELECT 7 AS file) AS a');
    expect(column.text).toBe('7\n');
    const named = { param_d: 'box', param_t: 't' };
    const counted = await asUser('SELECT count() FROM {d:Identifier}.{t:Identifier}', named);
    expect(counted.text).toBe('1002\n');
    expect((await asUser('SELECT {x:UInt8} + 1', { param_x: '4' })).text).toBe('5\n');
    const names = await asUser('SELECT count() > 1000 FROM system.settings');
    expect(names.text).toBe('1\n');
  });

  it('reaches no file, no network, no other statement, and changes nothing', async () => {
    const distinct = new Set(attempts());
    expect(distinct.size).toBe(attempts().length);
    expect(distinct.size).toBeGreaterThanOrEqual(ESCAPES_MIN);
    console.info(`${distinct.size} distinct escapes, each as a user and with a tenant's token`);
    expect(await escaped(asUser)).toEqual([]);
    expect(existsSync(outFile)).toBe(false);
    expect(callsOut).toBe(0);
    expect((await asInternal('SELECT count() FROM box.t')).text).toBe('1002\n');
    expect((await asInternal('SHOW TABLES FROM box')).text).not.toContain('mine');
  });

  it('reaches none of it with a tenant token either', async () => {
    expect(await escaped(asTenant)).toEqual([]);
    expect(existsSync(outFile)).toBe(false);
    expect(callsOut).toBe(0);
    expect((await asInternal('SELECT count() FROM box.t')).text).toBe('1002\n');
  });

  it('is told the name of a function that it may not call, whether there is one or not', async () => {
    for (const name of ['file', 'getMacro', 'aFunctionOfALaterEngine', 'url']) {
      const answer = await asUser(`SELECT ${name}('x')`);
      expect(answer.text).toMatch(new RegExp(`^Code: 497\\. .* ${name}\\.`));
    }
  });

  it('makes no temporary table in a session either, and sees nobody’s', async () => {
    const session = { session_id: 'shared' };
    const make = 'CREATE TEMPORARY TABLE secret (n UInt8)';
    expect((await asUser(make, session)).text).toMatch(/^Code: 164\. /);
    const params = session;
    await ask(under.url, 'internal', INTERNAL_TOKEN, { body: make, params });
    expect((await asUser('SELECT n FROM secret', session)).text).toMatch(/^Code: 60\. /);
    expect((await asTenant('SELECT n FROM secret', session)).text).toMatch(/^Code: 60\. /);
    expect((await asUser('SELECT 1', session)).text).toBe('1\n');
  });

  it('gets the engine’s own words for a syntax error', async () => {
    const answer = await asUser('SELECT (1');
    expect(answer.text).toMatch(/^Code: 62\. .*Syntax error/s);
  });

  it('may lower its limits, never raise them', async () => {
    const setting = "SELECT value FROM system.settings WHERE name = 'max_execution_time'";
    expect((await asUser(setting)).text).toBe('60\n');
    expect((await asUser(setting, { max_execution_time: '5' })).text).toBe('5\n');
    expect((await asUser(setting, { max_execution_time: '0' })).text).toBe('60\n');
    expect((await asUser(setting, { max_execution_time: '999999' })).text).toBe('60\n');
    const raised = await asUser('SELECT 1', { allow_introspection_functions: '1' });
    expect(raised.text).toMatch(/^Code: 164\. /);
    const formatted = { output_format_json_quote_64bit_integers: '1' };
    const quoted = await asUser('SELECT 1::UInt64 AS n FORMAT JSONEachRow', formatted);
    expect(quoted.text).toBe('{"n":"1"}\n');
  });

  it('is stopped at its memory limit, and the engine lives', async () => {
    const wanting = [
      'SELECT length(groupArray(toString(number))) FROM numbers(100000000)',
      // Ten times the limit and more: as many groups as rows; all rows in order.
      'SELECT max(n) FROM (SELECT toString(number), count() AS n FROM numbers(30000000) GROUP BY 1)',
      `SELECT repeat(toString(number), 20) AS s FROM numbers(30000000)
        ORDER BY s DESC LIMIT 1 OFFSET 29999999`,
    ];
    for (const sql of wanting) {
      expect((await asUser(sql)).text, sql).toMatch(/^Code: 241\. /);
      expect((await asUser('SELECT 1')).text).toBe('1\n');
    }
  }, 120_000);
});

describe('a tenant’s token', () => {
  it('shows its own rows, whichever way the table is read', async () => {
    const statements: Array<[string, string]> = [
      ['SELECT count() FROM box.t', '11\n'],
      ['SELECT count(), min(n), max(n) FROM box.t', '11\t0\t5000\n'],
      ['SELECT uniqExact(tenant) FROM box.t', '1\n'],
      ['SELECT count() FROM `box`.`t` AS a JOIN box.t AS b USING (n)', '11\n'],
      ['SELECT count() FROM box.v', '11\n'],
      ['SELECT count() FROM box.t PREWHERE n >= 0 WHERE n >= 0', '11\n'],
      ['SELECT count() FROM numbers(1000) WHERE number IN (SELECT n FROM box.t)', '10\n'],
      ['SELECT (SELECT count() FROM box.t)', '11\n'],
      ['SELECT count() FROM view(SELECT * FROM box.t)', '11\n'],
      ['SELECT groupArray(tenant) FROM box.sums', "['acme']\n"],
      ['SELECT groupArray(tenant) FROM box.mv', "['acme']\n"],
      ["SELECT count() FROM box.t WHERE tenant = 'rival' OR 1", '11\n'],
      ['SELECT count() FROM box.bare', '0\n'],
      ['SELECT 3 IN box.bare', '0\n'],
      ['SELECT in(3, box.bare)', '0\n'],
      ['SELECT count() FROM numbers(7) WHERE number GLOBAL IN box.bare', '0\n'],
      ['WITH b AS (SELECT n FROM box.bare) SELECT count() FROM b', '0\n'],
      ['SELECT sum(total) > 0 FROM box.sums FINAL', '1\n'],
      ['SELECT count() FROM box.t UNION ALL SELECT count() FROM box.t', '11\n11\n'],
      ['SELECT count() FROM (SELECT 1 AS x) AS a CROSS JOIN box.bare', '0\n'],
    ];
    for (const [sql, expected] of statements) {
      expect([sql, (await asTenant(sql)).text]).toEqual([sql, expected]);
    }
    expect((await asTenant('SELECT count() FROM t', { database: 'box' })).text).toBe('11\n');
  });

  it('gets no way around the filter', async () => {
    const around: Array<[string, Record<string, string>]> = [
      ["SELECT count() FROM merge('box', '^t$')", {}],
      ["SELECT * FROM mergeTreeIndex('box', 't')", {}],
      ['SELECT count() FROM box.t SETTINGS additional_table_filters = {}', {}],
      ['SELECT count() FROM box.t FORMAT TSV SETTINGS additional_table_filters = {}', {}],
      ['SELECT count() FROM box.t', { additional_table_filters: '{}' }],
      ['SELECT query FROM system.processes', {}],
      ['SELECT query FROM `system` . "processes"', {}],
      ['SELECT query FROM processes', { database: 'system' }],
      ['SELECT * FROM {d:Identifier}.processes', { param_d: 'system' }],
      ['SELECT * FROM system.parts', {}],
      ['SHOW PROCESSLIST', {}],
      ['EXPLAIN ESTIMATE SELECT * FROM box.t', {}],
      ['SELECT 1 IN system.processes', {}],
      ['SELECT in(1, system.processes)', {}],
      ['SELECT * FROM {d:Identifier}.{t:Identifier}', { param_d: 'box', param_t: 't' }],
      ["SELECT * FROM mergeTreeProjection('box', 't', 'p')", {}],
      ["SELECT * FROM loop('box', 't') LIMIT 1", {}],
    ];
    for (const [sql, params] of around) {
      const answer = await asTenant(sql, params);
      expect([sql, answer.status]).toEqual([sql, 403]);
    }
  });

  it('covers a table that was made a moment ago', async () => {
    await asInternal('CREATE TABLE box.new (tenant String, n UInt8) ENGINE = MergeTree ORDER BY n');
    await asInternal("INSERT INTO box.new VALUES ('rival', 1)");
    expect((await asTenant('SELECT count() FROM box.new')).text).toBe('0\n');
  });
});

describe('roles at the door', () => {
  it('lets nobody in with a wrong token', async () => {
    for (const [user, password] of [
      ['internal', ''],
      ['internal', 'wrong'],
      ['ingest', INTERNAL_TOKEN],
      ['user', 'wrong'],
      ['admin', INTERNAL_TOKEN],
    ] as const) {
      const answer = await ask(under.url, user, password, { body: 'SELECT 1' });
      expect([user, answer.status]).toEqual([user, 403]);
      expect(answer.text).toMatch(/^Code: 516\. /);
    }
  });

  it('takes credentials from Basic and from the URL', async () => {
    const basic = `Basic ${Buffer.from(`internal:${INTERNAL_TOKEN}`).toString('base64')}`;
    const create = 'CREATE DATABASE IF NOT EXISTS basic';
    const byHeader = await fetch(under.url, {
      method: 'POST',
      body: create,
      headers: { Authorization: basic },
    });
    expect(byHeader.status).toBe(200);
    const byUrl = await fetch(`${under.url}/?user=internal&password=${INTERNAL_TOKEN}`, {
      method: 'POST',
      body: create,
    });
    expect(byUrl.status).toBe(200);
  });

  it('lets ingest insert and read, nothing else', async () => {
    const ingest = (body: string): Promise<DoorAnswer> =>
      ask(under.url, 'ingest', under.ingestToken, { body });
    expect((await ingest('INSERT INTO box.bare VALUES (100)')).status).toBe(200);
    expect((await ingest('SELECT 1')).text).toBe('1\n');
    for (const sql of [
      'DROP TABLE box.t',
      'CREATE TABLE box.mine (n UInt8) ENGINE = Memory',
      `INSERT INTO FUNCTION file('${outFile}', 'TSV', 'x UInt8') VALUES (1)`,
      `INSERT INTO TABLE/* */FUNCTION file('${outFile}', 'TSV', 'x UInt8') VALUES (1)`,
      `INSERT INTO box.bare SELECT 1`,
      `INSERT INTO box.bare FROM INFILE '${secretFile}' FORMAT TSV`,
    ]) {
      expect([sql, (await ingest(sql)).status]).toEqual([sql, 403]);
    }
    expect(existsSync(outFile)).toBe(false);
  });

  it('never writes by GET, so that a link cannot', async () => {
    const answer = await ask(under.url, 'internal', INTERNAL_TOKEN, {
      method: 'GET',
      sql: 'DROP TABLE box.t',
    });
    expect(answer.text).toMatch(/^Code: 164\. /);
  });

  it('serves no page that rebound its name to this machine', async () => {
    const status = await new Promise((resolve, reject) => {
      const target = `${under.url}/?query=SELECT+1`;
      const request = httpRequest(
        target,
        { headers: { Host: 'evil.example:8123' } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.on('error', reject);
      request.end();
    });
    expect(status).toBe(403);
  });

  it('writes no token into the data directory', async () => {
    const config = await readFile(join(under.directory, 'engine.xml'), 'utf8');
    expect(config).not.toContain(INTERNAL_TOKEN);
  });
});
