import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  LogFacetsSchema,
  LogFieldsSchema,
  LogRecordResponseSchema,
  LogSurroundingsSchema,
  LogsSchema,
  LogValuesSchema,
} from '../src/api/logs/schema.ts';
import { parseSearch } from '../src/logs/search/parse-search.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { insertSql, type LogSeed, logRow, mapSql, raw } from './seed.ts';

const MINUTE = 60_000;
const base = Math.floor(Date.now() / MINUTE) * MINUTE - 60 * MINUTE;
const range = `from=${base}&to=${base + 30 * MINUTE}`;
const TRACE = 'ab'.repeat(16);

let sonde: Sonde;

const SEEDS: readonly LogSeed[] = [
  { atMs: base, body: 'connection to cart timed out', severity: 17, service: 'frontend' },
  { atMs: base + 1, body: 'Timeout of user-42 after 300 ms', severity: 13, service: 'frontend' },
  {
    ...{ atMs: base + 2, body: 'GET /cart 503', severity: 17, service: 'cart', traceId: TRACE },
    attributes: [
      ['http.status_code', '503'],
      ['http.route', '/cart'],
    ],
  },
  {
    ...{ atMs: base + 3, body: 'GET /cart 200', service: 'cart' },
    attributes: [
      ['http.status_code', '200'],
      ['http.route', '/cart'],
    ],
  },
  {
    ...{ atMs: base + 4, severity: 21, service: 'checkout' },
    body: '{"order":{"id":42,"bank":"Cedar \\"west\\""},"msg":"declined","a.b":true}',
  },
  { atMs: base + 5, body: 'Überlauf 100%_voll', severity: 0, service: 'checkout' },
];

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  await sonde.run(
    insertSql(
      'logs',
      SEEDS.map((seed) => logRow({ attributes: [], ...seed })),
    ),
  );
  const rest = Array.from(
    { length: 40 },
    (_, i): LogSeed => ({
      ...{ atMs: base + 10 * MINUTE + i * 1000, body: `line ${i}`, severity: 9, service: 'lines' },
      more: { resource_fingerprint: i % 2 },
    }),
  );
  await sonde.run(
    insertSql(
      'logs',
      rest.map((seed) => logRow({ attributes: [], ...seed })),
    ),
  );
  const resource = {
    ...{ tenant: 'default', service: 'lines', fingerprint: 1, retention_days: 14 },
    bucket: raw(`toStartOfHour(toDateTime(${Math.floor(base / 1000)} + 600, 'UTC'))`),
    attributes: mapSql([['k8s.pod.name', 'lines-0']]),
    attribute_types: raw('[1]::Array(UInt8)'),
  };
  await sonde.run(insertSql('resources', [resource]));
});
afterAll(() => sonde.close());

const found = async (q: string): Promise<string[]> => {
  const path = `/api/v1/logs?${range}&q=${encodeURIComponent(q)}`;
  const { records } = await sonde.get(path, LogsSchema);
  return records.map(({ body }) => body);
};

const first = async (q: string) => {
  const path = `/api/v1/logs?${range}&q=${encodeURIComponent(q)}`;
  const [record] = (await sonde.get(path, LogsSchema)).records;
  if (record === undefined) throw new Error(`nothing matches ${q}`);
  return record;
};

const [TIMED_OUT, TIMEOUT, FAILED, SERVED, JSON_BODY, UMLAUT] = SEEDS.map(({ body }) => body);

describe('a search', () => {
  it.each([
    ['timeout', [TIMEOUT]],
    ['TIMEOUT', [TIMEOUT]],
    ['time', []],
    ['time*', [TIMEOUT, TIMED_OUT]],
    ['*out', [TIMEOUT, TIMED_OUT]],
    ['*imeo*', [TIMEOUT]],
    ['"timed out"', [TIMED_OUT]],
    ['"out timed"', []],
    ['user-42', [TIMEOUT]],
    ['user-4', []],
    ['Überlauf', [UMLAUT]],
    ['"100%_"', [UMLAUT]],
    ['*0%_v*', [UMLAUT]],
    ['/cart (2|5)03/', [FAILED]],
    ['/TIMED/', []],
    ['/TIMED/i', [TIMED_OUT]],
    ['cart', [SERVED, FAILED, TIMED_OUT]],
    ['cart -service:frontend', [SERVED, FAILED]],
    ['cart NOT service:frontend', [SERVED, FAILED]],
    ['timeout OR declined', [JSON_BODY, TIMEOUT]],
    ['timeout OR cart AND level:error', [FAILED, TIMEOUT, TIMED_OUT]],
    ['(timeout OR cart) level:error', [FAILED, TIMED_OUT]],
    ['service:(cart OR frontend) -cart', [TIMEOUT]],
    ['service:c*', [UMLAUT, JSON_BODY, SERVED, FAILED]],
    ['service:/^(cart|checkout)$/', [UMLAUT, JSON_BODY, SERVED, FAILED]],
    ['service!=lines level:unset', [UMLAUT]],
    ['level>=error', [JSON_BODY, FAILED, TIMED_OUT]],
    ['level:>error', [JSON_BODY]],
    ['level:warning', [TIMEOUT]],
    ['http.status_code:503', [FAILED]],
    ['http.status_code>=300', [FAILED]],
    ['http.status_code<300', [SERVED]],
    ['http.route:* -http.status_code:200', [FAILED]],
    ['attr.http.route:"/cart" GET', [SERVED, FAILED]],
    [`trace:${TRACE}`, [FAILED]],
    ['trace:*', [FAILED]],
    ['body.order.id:42', [JSON_BODY]],
    ['body.order.id>41', [JSON_BODY]],
    ['body.order.bank:"Cedar \\"west\\""', [JSON_BODY]],
    ['body.a.b:true', [JSON_BODY]],
    ['body.msg:dec*', [JSON_BODY]],
    ['body:"timed out"', [TIMED_OUT]],
  ])('for %s finds only that', async (q, expected) => {
    expect(await found(q)).toEqual(expected);
  });

  it('looks up where a key is: here at the resource', async () => {
    const bodies = await found('k8s.pod.name:lines-0');
    expect(bodies).toHaveLength(20);
    expect(await found('resource.k8s.pod.name:lines-1')).toEqual([]);
    expect(await found('service:lines -k8s.pod.name:*')).toHaveLength(20);
  });

  it.each([
    ['a (b', 5, 'expected `)`', 'the end'],
    ['a )', 3, 'expected a term or the end', '`)`'],
    ['a OR', 5, 'expected a term', 'the end'],
    ['service:', 9, 'expected a value directly after `service:`', 'the end'],
    ['"open', 1, 'expected a closing `"`', '`"open`'],
    ['x /re', 3, 'expected a regexp that ends with `/`', '`/re`'],
    ['/re/g', 6, '`g` is no flag', 'the end'],
    ['level:loud', 1, 'expected one of unset, trace, debug, info, warn, error, fatal', '`level'],
    ['ok size>big', 4, 'expected a number after `size>`', '`size>big`'],
    ['trace:12', 1, 'expected 32 hex digits', '`trace:12`'],
    ['x /a(?=b)/', 3, 'expected a regexp that RE2 can read', '`/a(?=b)/`'],
  ])('%s is refused at its place', async (q, at, expected, what) => {
    const path = `/api/v1/logs?${range}&q=${encodeURIComponent(q)}`;
    const response = await fetch(`${sonde.url}${path}`);
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).toContain(`at character ${at}: `);
    expect(JSON.parse(text).error.message).toContain(expected);
    expect(JSON.parse(text).error.message).toContain(`found ${what}`);
  });

  it('has a bound of terms and of nesting', () => {
    expect(() => parseSearch('a '.repeat(101))).toThrow('more than 100 terms');
    expect(() => parseSearch('('.repeat(21))).toThrow('more than 20 brackets');
  });
});

describe('a record', () => {
  it('has a name that opens it again, whole, with its resource', async () => {
    const record = await first('"line 7"');
    const answer = await sonde.get(`/api/v1/logs/${record.id}`, LogRecordResponseSchema);
    expect(answer.record).toEqual(record);
    expect(answer.resource).toEqual([{ key: 'k8s.pod.name', type: 'string', value: 'lines-0' }]);
    await sonde.run('OPTIMIZE TABLE sonde.logs FINAL');
    const again = await sonde.get(`/api/v1/logs/${record.id}`, LogRecordResponseSchema);
    expect(again.record).toEqual(record);
  });

  it('that is gone is said', async () => {
    const id = Buffer.from('["1790000000000000000",14,"1","0"]').toString('base64url');
    expect((await fetch(`${sonde.url}/api/v1/logs/${id}`)).status).toBe(404);
    expect((await fetch(`${sonde.url}/api/v1/logs/nonsense`)).status).toBe(400);
  });

  it.each([
    ['process', ['line 3', 'line 5'], ['line 9', 'line 11']],
    ['service', ['line 5', 'line 6'], ['line 8', 'line 9']],
    ['all', ['line 5', 'line 6'], ['line 8', 'line 9']],
  ])('has its lines of the %s around it', async (of, before, after) => {
    const { id } = await first('"line 7"');
    const path = `/api/v1/logs/${id}/surroundings?of=${of}&limit=2`;
    const answer = await sonde.get(path, LogSurroundingsSchema);
    expect(answer.before.map(({ body }) => body)).toEqual(before);
    expect(answer.record.body).toBe('line 7');
    expect(answer.after.map(({ body }) => body)).toEqual(after);
  });

  it('is listed without the rest of a long body, and whole by its name', async () => {
    const body = `long ${'x'.repeat(20_000)}`;
    const seed = { atMs: base + 20 * MINUTE, body, service: 'long' };
    await sonde.run(insertSql('logs', [logRow(seed)]));
    const listed = await first('service:long');
    expect([listed.body.length, listed.bodyBytes]).toEqual([16_384, body.length]);
    const whole = await sonde.get(`/api/v1/logs/${listed.id}`, LogRecordResponseSchema);
    expect(whole.record.body).toBe(body);
  });
});

describe('what records can be narrowed by', () => {
  it('are levels and services with exact counts of what matches', async () => {
    const path = `/api/v1/logs/facets?${range}&q=cart`;
    const { facets } = await sonde.get(path, LogFacetsSchema);
    const of = (field: string) => facets.find((facet) => facet.field === field)?.values;
    expect(of('level')).toEqual([
      { value: 'error', count: 2 },
      { value: 'info', count: 1 },
    ]);
    expect(of('service')).toEqual([
      { value: 'cart', count: 2 },
      { value: 'frontend', count: 1 },
    ]);
  });

  it('are the values of any field', async () => {
    const path = `/api/v1/logs/values?${range}&field=http.status_code`;
    const { values } = await sonde.get(path, LogValuesSchema);
    expect(values).toEqual([
      { value: '200', count: 1 },
      { value: '503', count: 1 },
    ]);
    const json = await sonde.get(
      `/api/v1/logs/values?${range}&field=body.order.bank`,
      LogValuesSchema,
    );
    expect(json.values).toEqual([{ value: 'Cedar "west"', count: 1 }]);
  });

  it('are properties, attributes and keys of bodies by name', async () => {
    const path = `/api/v1/logs/fields?${range}&search=or`;
    const { fields } = await sonde.get(path, LogFieldsSchema);
    const names = fields.map(({ name, on }) => `${on} ${name}`);
    expect(names).toContain('field origin');
    expect(names).toContain('body body.order.id');
  });
});

describe('an export', () => {
  const download = async (query: string): Promise<Response> =>
    fetch(`${sonde.url}/api/v1/logs/export?${range}&${query}`);

  it('as NDJSON has every record that matches, newest first', async () => {
    const response = await download('format=ndjson&q=service:lines');
    expect(response.headers.get('content-disposition')).toMatch(
      /attachment; filename="logs-.*\.ndjson"/,
    );
    const lines = (await response.text()).trimEnd().split('\n');
    const bodies = lines.map((line): unknown => JSON.parse(line).body);
    expect(bodies).toHaveLength(40);
    expect(bodies.slice(0, 2)).toEqual(['line 39', 'line 38']);
  });

  it('as CSV quotes what has to be', async () => {
    const text = await (await download('format=csv&q=declined')).text();
    const [head, row] = text.split('\r\n');
    expect(head).toMatch(/^time,level,/);
    expect(row).toContain('fatal,INFO,checkout');
    expect(row).toContain('"{""order"":{""id"":42');
  });

  it('gives many more rows than a page, without an end of its own', async () => {
    const many = `INSERT INTO sonde.logs (tenant, timestamp, body, service, retention_days)
      SELECT 'default', fromUnixTimestamp64Nano(toInt64('${base}000000') + number * 1000, 'UTC'),
        'many', 'many', 14 FROM numbers(60000)`;
    await sonde.run(many);
    const response = await download('format=ndjson&q=service:many');
    let newlines = 0;
    for await (const chunk of response.body ?? []) {
      for (const byte of chunk) if (byte === 10) newlines += 1;
    }
    expect(newlines).toBe(60_000);
  });

  it('of a wrong search is refused before it begins', async () => {
    expect((await download('format=csv&q=%28')).status).toBe(400);
  });
});
