import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogHistogramSchema, LogsSchema } from '../src/api/logs/schema.ts';
import { logsQuery } from '../src/logs/list-query.ts';
import type { LogFilter, LogScope } from '../src/logs/log-scope.ts';
import { parseSearch } from '../src/logs/search/parse-search.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { insertSql, type LogSeed, logRow, mapSql, raw } from './seed.ts';

const HOUR = 3_600_000;
const base = Math.floor(Date.now() / 60_000) * 60_000 - 5 * HOUR;
const range = `from=${base}&to=${base + 4 * HOUR}`;
const TRACE = 'c'.repeat(32);

let sonde: Sonde;

const insert = (seeds: readonly LogSeed[]) => sonde.run(insertSql('logs', seeds.map(logRow)));

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  // Ten records at the same nanosecond, in two inserts and two retention classes.
  await insert(Array.from({ length: 5 }, (_, i) => ({ atMs: base, body: `same ${i}` })));
  await insert(
    Array.from({ length: 5 }, (_, i) => ({ atMs: base, body: `same ${5 + i}`, retentionDays: 3 })),
  );
  await insert([
    { atMs: base + HOUR, body: 'Payment REFUSED: 100% of 5_0', severity: 17, traceId: TRACE },
    { atMs: base + 2 * HOUR, body: 'slow', severity: 13, service: 'api' },
    { atMs: base + 3 * HOUR + 1, body: 'fatal', severity: 21, service: 'api' },
    { atMs: base + 3 * HOUR, body: 'plain\nsecond line', severity: 0 },
    { atMs: base + HOUR, body: 'not ours', tenant: 'other' },
  ]);
});
afterAll(() => sonde.close());

const bodies = async (query: string): Promise<string[]> => {
  const { records } = await sonde.get(`/api/v1/logs?${range}&${query}`, LogsSchema);
  return records.map(({ body }) => body);
};

function scopeOf(filter: Omit<LogFilter, 'tenant'>): LogScope {
  const range = { from: base, to: base + 4 * HOUR };
  const search = parseSearch(filter.q ?? '');
  return {
    ...{ tenant: 'default', filter: { ...filter, tenant: 'default' }, range, search },
    carriers: new Map([['http.route', { log: true, resource: false }]]),
  };
}

describe('the list of logs', () => {
  it('is newest first over all its time windows', async () => {
    const all = await bodies('limit=100');
    expect(all).toHaveLength(14);
    expect(all.slice(0, 4)).toEqual([
      'fatal',
      'plain\nsecond line',
      'slow',
      'Payment REFUSED: 100% of 5_0',
    ]);
  });

  it.each([1, 3, 4, 7])('in pages of %i loses and repeats nothing', async (limit) => {
    const all = await bodies('limit=100');
    const paged: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 20; pages++) {
      const from = cursor === undefined ? '' : `&cursor=${cursor}`;
      const path = `/api/v1/logs?${range}&limit=${limit}${from}`;
      const page = await sonde.get(path, LogsSchema);
      expect(page.records.length).toBeLessThanOrEqual(limit);
      paged.push(...page.records.map(({ body }) => body));
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    expect(paged).toEqual(all);
  });

  it('has the attributes of resources that are asked for', async () => {
    const atMs = base - HOUR;
    const fingerprint = raw(`reinterpretAsUInt64(reverse(unhex('00000000000000a1')))`);
    await sonde.run(
      insertSql('resources', [
        {
          ...{ tenant: 'default', service: 'pods', fingerprint, retention_days: 14 },
          bucket: raw(`toStartOfHour(toDateTime(${Math.floor(atMs / 1000)}, 'UTC'))`),
          attributes: mapSql([
            ['k8s.pod.name', 'pods-7'],
            ['k8s.node.name', 'node, 1'],
          ]),
          attribute_types: raw('[1, 1]::Array(UInt8)'),
        },
      ]),
    );
    await insert([
      { atMs, body: 'from a pod', service: 'pods', more: { resource_fingerprint: fingerprint } },
    ]);
    const window = `from=${atMs - 1000}&to=${atMs + 1000}`;
    const wanted = 'resourceKeys=k8s.pod.name,k8s.node.name,absent';
    const { records } = await sonde.get(`/api/v1/logs?${window}&${wanted}`, LogsSchema);
    expect(records.map(({ resource }) => resource)).toEqual([
      { 'k8s.pod.name': 'pods-7', 'k8s.node.name': 'node, 1' },
    ]);
    const without = await sonde.get(`/api/v1/logs?${window}`, LogsSchema);
    expect(without.records[0]).not.toHaveProperty('resource');
    const csv = await fetch(`${sonde.url}/api/v1/logs/export?${window}&${wanted}&format=csv`);
    const [head, row] = (await csv.text()).split('\r\n');
    expect(head).toMatch(/,resource\.k8s\.pod\.name,resource\.k8s\.node\.name,resource\.absent$/);
    expect(row).toMatch(/,pods-7,"node, 1",$/);
  });

  it('keeps its pages when parts are merged between two of them', async () => {
    const all = await bodies('limit=100');
    const first = await sonde.get(`/api/v1/logs?${range}&limit=7`, LogsSchema);
    await sonde.run('OPTIMIZE TABLE sonde.logs FINAL');
    const path = `/api/v1/logs?${range}&limit=100&cursor=${first.nextCursor}`;
    const second = await sonde.get(path, LogsSchema);
    expect([...first.records, ...second.records].map(({ body }) => body)).toEqual(all);
  });

  it.each([
    ['service=api', ['fatal', 'slow']],
    ['minSeverity=17', ['fatal', 'Payment REFUSED: 100% of 5_0']],
    ['text=refused', ['Payment REFUSED: 100% of 5_0']],
    ['text=100%25%20OF%205_', ['Payment REFUSED: 100% of 5_0']],
    ['text=100_', []],
    ['text=%25', ['Payment REFUSED: 100% of 5_0']],
    [`traceId=${TRACE.toUpperCase()}`, ['Payment REFUSED: 100% of 5_0']],
    ['service=api&minSeverity=14', ['fatal']],
  ])('with %s has only those', async (query, expected) => {
    expect(await bodies(query)).toEqual(expected);
  });

  it('has records whole', async () => {
    const { records } = await sonde.get(`/api/v1/logs?${range}&text=refused`, LogsSchema);
    expect(records[0]).toMatchObject({
      timeUnixNano: `${base + HOUR}000000`,
      observedTimeUnixNano: `${base + HOUR}000005`,
      service: 'shop',
      severityNumber: 17,
      severityText: 'INFO',
      traceId: TRACE,
      spanId: '',
      scopeName: 'app',
      attributes: [{ key: 'k', type: 'string', value: 'v' }],
    });
  });

  it('finds a trace by the index on its id', async () => {
    const window = { from: base, to: base + 4 * HOUR };
    const query = logsQuery(scopeOf({ traceId: TRACE }), { window, limit: 10 });
    expect(await sonde.explain(query.sql)).toMatch(/Skip[\s\S]*i_trace_id/);
  });

  it('reads the five-minute buckets of its window alone', async () => {
    const window = { from: base, to: base + HOUR };
    const query = logsQuery(scopeOf({}), { window, limit: 10 });
    const plan = await sonde.explain(query.sql);
    expect(plan).toMatch(/PrimaryKey[│\s]+Keys:[│\s\w]*toStartOfFiveMinutes\(timestamp\)/);
    expect(plan).toContain('Read type: InReverseOrder');
  });

  it('finds whole words by the index on the body', async () => {
    const window = { from: base, to: base + 4 * HOUR };
    const query = logsQuery(scopeOf({ text: 'was refused by' }), { window, limit: 10 });
    expect(await sonde.explain(query.sql)).toMatch(/Skip[\s\S]*i_body/);
  });

  it.each([
    ['refused', /Skip[\s\S]*i_body/],
    ['"was refused by"', /Skip[\s\S]*i_body/],
    ['http.route:"/cart"', /Skip[\s\S]*i_attribute_values/],
    [`trace:${TRACE}`, /Skip[\s\S]*i_trace_id/],
    ['level>=error', /Skip[\s\S]*i_severity_number/],
    ['body.order.id:42', /Skip[\s\S]*i_body/],
  ])('finds %s by an index', async (q, expected) => {
    const window = { from: base, to: base + 4 * HOUR };
    const query = logsQuery(scopeOf({ q }), { window, limit: 10 });
    expect(await sonde.explain(query.sql)).toMatch(expected);
  });
});

describe('the histogram', () => {
  const histogram = (query: string) =>
    sonde.get(`/api/v1/logs/histogram?${range}&${query}`, LogHistogramSchema);

  it('counts all that match by level, worst first', async () => {
    const { series, fromMs, stepMs, total, sampled } = await histogram('');
    expect(series.map(({ value, total: of }) => [value, of])).toEqual([
      ['fatal', 1],
      ['error', 1],
      ['warn', 1],
      ['info', 10],
      ['unset', 1],
    ]);
    const at = (ms: number): number => Math.floor((ms - fromMs) / stepMs);
    expect(series[3]?.counts[at(base)]).toBe(10);
    expect(series[0]?.counts[at(base + 3 * HOUR)]).toBe(1);
    expect({ total, sampled }).toEqual({ total: 14, sampled: false });
  });

  it('counts by any field what matches the search', async () => {
    const { series } = await histogram('by=service&q=level%3E%3Dwarn');
    expect(series.map(({ value, total }) => [value, total])).toEqual([
      ['api', 2],
      ['shop', 1],
    ]);
  });
});
