import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type DoorAnswer } from './door-request.ts';
import {
  type EngineUnderTest,
  INGEST_TOKEN,
  INTERNAL_TOKEN,
  startTestEngine,
  TENANT_TOKEN,
} from './engine-under-test.ts';

const SECRET = 'the secret of the file';
const USER_CONNECTIONS = 2;

let under: EngineUnderTest;
let folder: string;
let secretFile: string;

const SCHEMA = [
  'CREATE DATABASE box ENGINE = Atomic',
  'CREATE TABLE box.t (tenant LowCardinality(String), n UInt64, s String) ENGINE = MergeTree ORDER BY n',
  "INSERT INTO box.t SELECT if(number < 10, 'acme', 'rival'), number, if(number < 10, 'own', 'foreign') FROM numbers(100)",
  `CREATE DICTIONARY box.names (n UInt64, s String) PRIMARY KEY n
    SOURCE(CLICKHOUSE(DB 'box' TABLE 't')) LAYOUT(FLAT()) LIFETIME(0)`,
  "CREATE TABLE box.dictionary_table (n UInt64, s String) ENGINE = Dictionary('box.names')",
  'CREATE TABLE box.lookup (n UInt64, s String) ENGINE = Join(ANY, LEFT, n)',
  'INSERT INTO box.lookup SELECT n, s FROM box.t',
  'CREATE TABLE box.known (n UInt64) ENGINE = Set',
  'INSERT INTO box.known SELECT n FROM box.t',
  'CREATE TABLE box.all_of_them AS box.t ENGINE = Merge(box, $$^t$$)',
  "CREATE TABLE box.alias ENGINE = Alias('box', 't')",
  'CREATE TABLE box.texts (s String, a Array(Int8), t Tuple(Int8, String)) ENGINE = Memory',
];

function asInternal(sql: string): Promise<DoorAnswer> {
  return ask(under.url, 'internal', INTERNAL_TOKEN, { body: sql });
}

function asUser(sql: string, params: Record<string, string> = {}): Promise<DoorAnswer> {
  return ask(under.url, 'user', '', { body: sql, params });
}

function asTenant(sql: string): Promise<DoorAnswer> {
  return ask(under.url, 'user', TENANT_TOKEN, { body: sql });
}

function asIngest(sql: string, params: Record<string, string> = {}): Promise<DoorAnswer> {
  return ask(under.url, 'ingest', INGEST_TOKEN, { body: sql, params });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonde-privileges-'));
  secretFile = join(folder, 'secret.txt');
  await writeFile(secretFile, `${SECRET}\n`);
  under = await startTestEngine({ connections: { userMax: USER_CONNECTIONS } });
  for (const sql of SCHEMA) expect((await asInternal(sql)).text).toBe('');
});

afterAll(async () => {
  await under.close();
  await rm(folder, { recursive: true, force: true });
});

describe('system tables that show statements', () => {
  it('are closed to every user, however they are named', async () => {
    const attempts: Array<[string, Record<string, string>]> = [
      ['SELECT query FROM system.processes', {}],
      ['SELECT query FROM `system`.processes', {}],
      ['SELECT query FROM "SYSTEM"."processes"', {}],
      ['SELECT query FROM processes', { database: 'system' }],
      ['SELECT * FROM {d:Identifier}.{t:Identifier}', { param_d: 'system', param_t: 'processes' }],
      ['SELECT * FROM {p:Identifier}', { param_p: 'system.processes' }],
      ['SELECT 1 IN system.processes', {}],
      ['SELECT * FROM view(SELECT query FROM system.processes)', {}],
      ['SELECT * FROM (SELECT 1 AS x) AS a CROSS JOIN system.processes', {}],
      ['EXPLAIN SELECT query FROM system.processes', {}],
      ['SHOW PROCESSLIST', {}],
      ['SHOW FULL PROCESSLIST', {}],
      ['SELECT last_error_message FROM system.errors', {}],
      ['SELECT * FROM system.query_cache', {}],
      ['SELECT * FROM system.query_log', {}],
      ['SELECT * FROM system.text_log', {}],
      ['SELECT * FROM system.stack_trace', {}],
      ['SELECT * FROM system.mutations', {}],
      ['SELECT * FROM system.backups', {}],
      ['SELECT * FROM system.a_table_of_a_later_engine', {}],
    ];
    for (const [sql, params] of attempts) {
      const answer = await asUser(sql, params);
      expect([sql, answer.text]).toEqual([sql, expect.stringMatching(/^Code: 497\. /)]);
    }
  });

  it('leave those open that tell of sizes and settings', async () => {
    const open = ['parts', 'tables', 'columns', 'databases', 'settings', 'disks', 'metrics'];
    for (const table of open) {
      const answer = await asUser(`SELECT count() FROM system.${table}`);
      expect([table, answer.status]).toEqual([table, 200]);
    }
    expect((await asUser('SELECT count() > 0 FROM information_schema.schemata')).text).toBe('1\n');
  });
});

describe('a tenant’s token and tables that are looked up by key', () => {
  it('reads none of them: a join would go past the filter', async () => {
    const attempts = [
      'SELECT groupArray(s) FROM numbers(100) AS x LEFT JOIN box.names AS d ON x.number = d.n',
      'SELECT groupArray(s) FROM numbers(100) AS x ANY LEFT JOIN box.lookup AS d ON x.number = d.n',
      'SELECT groupArray(s) FROM numbers(100) AS x LEFT ANY JOIN box.dictionary_table AS d ON x.number = d.n',
      'SELECT number FROM numbers(100) WHERE number IN box.known',
      'SELECT number FROM numbers(100) WHERE number IN `box`."known"',
      'WITH box.lookup AS l SELECT 1',
      'SELECT * FROM box.names',
    ];
    for (const sql of attempts) {
      const answer = await asTenant(sql);
      expect([sql, answer.text]).toEqual([sql, expect.stringMatching(/^Code: 497\. /)]);
      expect((await asUser(sql)).text).not.toMatch(/^Code: 497\. /);
    }
  });

  it('reads its own rows through tables that stand for others', async () => {
    for (const table of ['all_of_them', 'alias']) {
      expect((await asTenant(`SELECT groupUniqArray(s) FROM box.${table}`)).text).toBe("['own']\n");
    }
  });

  it('is shown names and types, not what the engine is doing with whose parts', async () => {
    for (const show of [
      'TABLES FROM box',
      'DATABASES',
      'CREATE TABLE box.t',
      'COLUMNS FROM box.t',
    ]) {
      expect([show, (await asTenant(`SHOW ${show}`)).status]).toEqual([show, 200]);
    }
    for (const show of ['MERGES', 'PROCESSLIST', 'FULL PROCESSLIST', 'GRANTS', 'CLUSTERS']) {
      expect([show, (await asTenant(`SHOW ${show}`)).status]).toEqual([show, 403]);
    }
  });
});

describe('the role ingest', () => {
  it('inserts values, and computes none: an expression would read files', async () => {
    const values = "('it''s', [1, -2], (3, 'x')), ('b', [], (4, ''))";
    expect((await asIngest(`INSERT INTO box.texts VALUES ${values}`)).text).toBe('');
    expect((await asInternal('SELECT * FROM box.texts ORDER BY s')).text).toBe(
      "b\t[]\t(4,'')\nit\\'s\t[1,-2]\t(3,'x')\n",
    );
    const reading = [
      `(file('${secretFile}'), [], (1, ''))`,
      `('a', [], (1, file('${secretFile}')))`,
      "((SELECT toString(count()) FROM system.tables), [], (1, ''))",
      '(toString(1 + 1), [], (1, $$$$))',
    ];
    const on = { input_format_values_interpret_expressions: '1' };
    for (const row of reading) {
      for (const params of [{}, on]) {
        const answer = await asIngest(`INSERT INTO box.texts VALUES ${row}`, params);
        expect([row, answer.status]).toEqual([row, 400]);
      }
    }
    expect((await asInternal('SELECT count() FROM box.texts')).text).toBe('2\n');
  });

  it('sends settings of inserts alone, and none in the statement', async () => {
    const fine = { insert_deduplication_token: 'a', async_insert: '0', max_threads: '1' };
    expect((await asIngest("INSERT INTO box.texts (s) VALUES ('c')", fine)).text).toBe('');
    expect((await asIngest('INSERT INTO box.texts (s) FORMAT TSV\nd\n', fine)).text).toBe('');
    for (const name of ['format_schema', 'format_avro_schema_registry_url', 'max_memory_usage']) {
      const answer = await asIngest("INSERT INTO box.texts (s) VALUES ('d')", { [name]: '1' });
      expect(answer.text).toMatch(new RegExp(`^Code: 497\\. .*setting ${name}`));
    }
    const clause = 'SETTINGS input_format_values_interpret_expressions = 1';
    for (const sql of [
      `INSERT INTO box.texts (s) ${clause} VALUES (file('${secretFile}'))`,
      `INSERT INTO box.texts (s) settings format_schema = 'x' FORMAT TSV\nd\n`,
      `INSERT INTO TABLE box.texts /* */ ${clause}\nVALUES ('a', [], (1, 'b'))`,
    ]) {
      expect([sql, (await asIngest(sql)).text]).toEqual([
        sql,
        expect.stringMatching(/^Code: 497\. .*URL parameters/),
      ]);
    }
    const column = 'CREATE TABLE box.odd (settings UInt8) ENGINE = Memory';
    expect((await asInternal(column)).text).toBe('');
    expect((await asIngest('INSERT INTO box.odd (settings) VALUES (1)')).text).toBe('');
  });
});

describe('credentials and requests', () => {
  it('takes a token as Bearer, of the role whose it is', async () => {
    const bearer = (token: string, body: string): Promise<Response> =>
      fetch(under.url, { method: 'POST', body, headers: { Authorization: `Bearer ${token}` } });
    const create = 'CREATE DATABASE IF NOT EXISTS bearer';
    expect((await bearer(INTERNAL_TOKEN, create)).status).toBe(200);
    expect((await bearer(TENANT_TOKEN, create)).status).toBe(403);
    const own = await bearer(TENANT_TOKEN, 'SELECT count() FROM box.t');
    expect(await own.text()).toBe('10\n');
    const wrong = await bearer('wrong', 'SELECT 1');
    expect(await wrong.text()).toMatch(/^Code: 516\. /);
  });

  it('answers what is no statement in ClickHouse’s own codes', async () => {
    expect((await fetch(`${under.url}//`)).status).toBe(404);
    const long = `SELECT 1 IN (${'1,'.repeat(150_000)}1)`;
    for (const send of [asUser, asInternal]) {
      const answer = await send(long);
      expect([answer.status, answer.text.slice(0, 60)]).toEqual([
        400,
        'Code: 62. DB::Exception: Syntax error: more than 200000 toke',
      ]);
    }
    const deep = await asUser(`SELECT ${'('.repeat(50_000)}1${')'.repeat(50_000)}`);
    expect(deep.text).toMatch(/^Code: 306\. .{20,200}\. \(TOO_DEEP_RECURSION\)/);
  });
});

/** Sends a statement and never reads what comes. */
function neverReading(sql: string): Promise<Socket> {
  const { hostname, port } = new URL(under.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `POST / HTTP/1.1\r\nHost: localhost\r\nX-ClickHouse-User: user\r\nContent-Length: ${sql.length}\r\n\r\n${sql}`,
      );
      resolve(socket);
    });
    socket.on('error', () => undefined);
    socket.pause();
  });
}

describe('readers that do not read', () => {
  it('keep nobody waiting for longer than half a minute, also where more of them wait', async () => {
    const endless = "SELECT repeat('x', 1000) FROM numbers(100000000) FORMAT TSV";
    const readers = await Promise.all(
      Array.from({ length: 3 * USER_CONNECTIONS }, () => neverReading(endless)),
    );
    const running = "SELECT count() FROM system.processes WHERE query LIKE '%100000000%'";
    let seen = '';
    while (seen !== `${USER_CONNECTIONS + 1}\n`) seen = (await asInternal(running)).text;
    const began = performance.now();
    expect((await asUser('SELECT 1')).text).toBe('1\n');
    expect(performance.now() - began).toBeLessThan(30_000);
    for (const reader of readers) reader.destroy();
  }, 90_000);
});
