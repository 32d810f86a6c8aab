import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TraceSchema, TracesSchema } from '../src/api/traces/schema.ts';
import { tracesQuery } from '../src/traces/list-queries.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { atNanoSql, idSql, insertSql, mapSql, raw, spanRow } from './seed.ts';

const base = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
const range = `from=${base - 1000}&to=${base + 3_500_000}`;
const COUNT = 25;

const traceId = (i: number): string => (i + 1).toString(16).padStart(32, 'a');
const spanId = (i: number): string => (i + 1).toString(16).padStart(16, 'b');
const CART = traceId(1000);
const BIG = traceId(2000);

let sonde: Sonde;

const events = {
  'events.timestamp': raw(`[${atNanoSql(base, 7).raw}]`),
  'events.name': raw("['exception']::Array(LowCardinality(String))"),
  'events.attributes': raw(`[${mapSql([['exception.type', 'E']]).raw}]`),
  'events.attribute_types': raw('[[1]]::Array(Array(UInt8))'),
  'events.dropped_attributes_count': raw('[2]::Array(UInt32)'),
  'links.trace_id': raw(`[${idSql(traceId(0), 16).raw}]`),
  'links.span_id': raw(`[${idSql(spanId(0), 8).raw}]`),
  'links.trace_state': raw("['a=b']"),
  'links.flags': raw('[1]::Array(UInt32)'),
  'links.attributes': raw(`[${mapSql([]).raw}]`),
  'links.attribute_types': raw('[[]]::Array(Array(UInt8))'),
  'links.dropped_attributes_count': raw('[0]::Array(UInt32)'),
};

async function seedCart(): Promise<void> {
  await sonde.run(
    insertSql('spans', [
      spanRow({
        ...{ traceId: CART, spanId: spanId(1000), atMs: base, durationNs: 50_000_000 },
        ...{ service: 'shop', name: 'POST /cart' },
        attributes: [
          ['http.status', '200'],
          ['tag', 'a'],
          ['tag', 'b'],
          ['nested', '{"a":1}'],
        ],
        types: [3, 1, 1, 6],
        more: { ...events, scope_name: 'http', scope_version: '1.2', trace_state: 'k=v' },
      }),
    ]),
  );
  await sonde.run(
    insertSql('spans', [
      spanRow({
        ...{ traceId: CART, spanId: spanId(1001), parentId: spanId(1000), kind: 3 },
        ...{ atMs: base + 5, durationNs: -3, service: 'db', name: 'INSERT', error: true },
        more: {
          time_source: 'received',
          sent_unix_nano: raw("toInt64('1000000000000000123')"),
          status_message: 'boom',
        },
      }),
    ]),
  );
  const resource = { tenant: 'default', bucket: raw(`toDateTime(${hour(base)}, 'UTC')`) };
  const row = (service: string) => ({
    ...resource,
    fingerprint: raw(`cityHash64('${service}')`),
    service,
    origin: 'sdk',
    attributes: mapSql([['service.name', service]]),
    attribute_types: raw('[1]::Array(UInt8)'),
    retention_days: 14,
  });
  // Twice: a resource may be written more than once.
  await sonde.run(insertSql('resources', [row('shop'), row('db'), row('unrelated')]));
  await sonde.run(insertSql('resources', [row('shop')]));
}

const hour = (ms: number): number => Math.floor(ms / 3_600_000) * 3600;

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  await seedCart();
  await sonde.run(
    insertSql(
      'spans',
      Array.from({ length: COUNT }, (_, i) =>
        spanRow({
          traceId: traceId(i),
          spanId: spanId(i),
          // Two of each start at the same time: the id decides.
          atMs: base + 60_000 * (1 + Math.floor(i / 2)),
          durationNs: 1_000_000 * (i + 1),
          service: 'api',
          name: i % 2 === 0 ? 'GET /even' : 'GET /odd',
        }),
      ),
    ),
  );
  await sonde.run(
    insertSql(
      'spans',
      Array.from({ length: 30 }, (_, i) =>
        spanRow({
          ...{ traceId: BIG, spanId: spanId(3000 + i), atMs: base - 7_200_000 + i },
          ...{ durationNs: 1, service: 'big', name: `s${i}` },
        }),
      ),
    ),
  );
});
afterAll(() => sonde.close());

const rollUpRows = async (): Promise<number> => {
  const [row] = await sonde.rows('SELECT toFloat64(count()) AS c FROM sonde.red_1m');
  return Number(row?.['c']);
};

const list = async (query: string) =>
  (await sonde.get(`/api/v1/traces?${range}&${query}`, TracesSchema)).traces;

describe('the list of traces', () => {
  it('is newest first and says what each trace is', async () => {
    const traces = await list('limit=1000');
    expect(traces).toHaveLength(COUNT + 1);
    const starts = traces.map(({ startMs }) => startMs);
    expect(starts).toEqual([...starts].sort((a, b) => b - a));
    expect(traces.at(-1)).toEqual({
      traceId: CART,
      rootService: 'shop',
      rootName: 'POST /cart',
      startMs: base,
      durationNs: 50_000_000,
      spanCount: 2,
      errorCount: 1,
      services: ['db', 'shop'],
    });
  });

  it('is read in pages that neither lose nor repeat a trace', async () => {
    const all = (await list('limit=1000')).map((trace) => trace.traceId);
    const paged: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 20; pages++) {
      const from = cursor === undefined ? '' : `&cursor=${cursor}`;
      const page = await sonde.get(`/api/v1/traces?${range}&limit=3${from}`, TracesSchema);
      paged.push(...page.traces.map((trace) => trace.traceId));
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    expect(paged).toEqual(all);
  });

  it.each([
    ['service=db', 1],
    ['service=api', COUNT],
    ['service=nobody', 0],
    ['errorsOnly=true', 1],
    ['errorsOnly=false', COUNT + 1],
    ['minDurationNs=24000000', 3],
    ['maxDurationNs=2000000', 2],
    ['minDurationNs=2000000&maxDurationNs=3000000', 2],
    ['service=api&operation=GET%20%2Feven', 13],
    ['operation=INSERT', 1],
    ['service=api&operation=INSERT', 0],
    ['service=', COUNT + 1],
  ])('with %s has %i', async (query, count) => {
    expect(await list(`limit=1000&${query}`)).toHaveLength(count);
  });

  it('leaves out traces that started before or after the range', async () => {
    const query = `from=${base + 60_000}&to=${base + 120_000}`;
    const { traces } = await sonde.get(`/api/v1/traces?${query}`, TracesSchema);
    expect(traces.map((trace) => trace.traceId)).toEqual([traceId(1), traceId(0)]);
  });

  it('of a service or operation that nobody sent reads hardly anything', async () => {
    for (const query of ['service=nobody', 'operation=nothing', 'service=db&operation=GET%20x']) {
      const path = `/api/v1/traces?from=now-30d&${query}`;
      const { traces, cost } = await sonde.get(path, TracesSchema);
      expect(traces).toEqual([]);
      // The roll-ups alone: a row an operation and a minute.
      expect(cost.rowsRead).toBeLessThanOrEqual(await rollUpRows());
    }
  });

  it('finds the trace of a service that joined in late', async () => {
    const [late] = await list('service=db');
    expect(late?.traceId).toBe(CART);
    expect(late?.services).toEqual(['db', 'shop']);
  });

  it('is read from the index of traces, and from spans only to find the name of one', () => {
    const page = { window: { from: 0, to: 1 }, after: undefined, limit: 1 };
    const tables = (operation?: string) => {
      const { text } = tracesQuery({ tenant: 'default', operation }, page).sql.render();
      return new Set([...text.matchAll(/\b(?:FROM|JOIN)\s+(\w+)/g)].map(([, table]) => table));
    };
    expect(tables()).toEqual(new Set(['trace_index']));
    expect(tables('x')).toEqual(new Set(['trace_index', 'spans']));
  });
});

describe('one trace', () => {
  it('that is cut has the errors after the cut, and the counts of the whole', async () => {
    const id = traceId(4000);
    const late = (i: number) =>
      spanRow({
        ...{ traceId: id, spanId: spanId(4000 + i), atMs: base - 9_000_000 + i },
        ...{ durationNs: 1_000_000, service: i < 5 ? 'a' : 'b', name: `s${i}`, error: i > 8 },
      });
    await sonde.run(
      insertSql(
        'spans',
        Array.from({ length: 12 }, (_, i) => late(i)),
      ),
    );
    const trace = await sonde.get(`/api/v1/traces/${id}?limit=4`, TraceSchema);
    const whole = { spanCount: 12, errorCount: 3, serviceCount: 2, durationNs: 12_000_000 };
    expect(trace).toMatchObject({ ...whole, truncated: true });
    const names = ['s0', 's1', 's2', 's3', 's9', 's10', 's11'];
    expect(trace.spans.map(({ name }) => name)).toEqual(names);
    const most = await sonde.get(`/api/v1/traces/${id}?limit=11`, TraceSchema);
    expect(most.spans).toHaveLength(12);
    expect(most).toMatchObject({ ...whole, truncated: false });
  });

  it('has its spans whole: typed attributes, duplicates, events, links, resources', async () => {
    const trace = await sonde.get(`/api/v1/traces/${CART.toUpperCase()}`, TraceSchema);
    expect(trace).toMatchObject({ traceId: CART, spanCount: 2, truncated: false });
    expect(trace.durationNs).toBe(50_000_000);
    const [root, child] = trace.spans;
    expect(root).toMatchObject({
      spanId: spanId(1000),
      parentSpanId: '',
      kind: 'server',
      status: 'unset',
      scopeName: 'http',
      scopeVersion: '1.2',
      traceState: 'k=v',
      startUnixNano: `${base}000000`,
      attributes: [
        { key: 'http.status', type: 'int', value: '200' },
        { key: 'tag', type: 'string', value: 'a' },
        { key: 'tag', type: 'string', value: 'b' },
        { key: 'nested', type: 'kvlist', value: '{"a":1}' },
      ],
      events: [
        {
          timeUnixNano: `${base}000007`,
          name: 'exception',
          attributes: [{ key: 'exception.type', type: 'string', value: 'E' }],
          droppedAttributesCount: 2,
        },
      ],
      links: [{ traceId: traceId(0), spanId: spanId(0), traceState: 'a=b', attributes: [] }],
    });
    expect(root).not.toHaveProperty('sentStartUnixNano');
    expect(child).toMatchObject({
      parentSpanId: spanId(1000),
      kind: 'client',
      status: 'error',
      statusMessage: 'boom',
      durationNs: -3,
      sentStartUnixNano: '1000000000000000123',
    });
  });

  it('has the links of each span, of those that share an id and a time too', async () => {
    const id = traceId(5000);
    const linked = (i: number) =>
      spanRow({
        ...{ traceId: id, spanId: spanId(5000 + (i >> 1)), atMs: base - 11_000_000, name: `s${i}` },
        ...{ durationNs: 1, service: 'links' },
        more: i === 1 ? {} : { ...events, 'links.trace_state': raw(`['n=${i}']`) },
      });
    await sonde.run(insertSql('spans', [linked(0), linked(2), linked(3)]));
    await sonde.run(insertSql('spans', [linked(1)]));
    const { spans } = await sonde.get(`/api/v1/traces/${id}`, TraceSchema);
    const states = spans.map(({ name, links }) => [name, links.map((link) => link.traceState)]);
    expect(states.slice(0, 2)).toContainEqual(['s0', ['n=0']]);
    expect(states.slice(0, 2)).toContainEqual(['s1', []]);
    expect(
      states
        .slice(2)
        .flatMap(([, of]) => of)
        .sort(),
    ).toEqual(['n=2', 'n=3']);
  });

  it.each([
    { when: 'no span failed', error: false },
    { when: 'one failed', error: true },
  ])('has the events of each span where $when', async ({ error }) => {
    const at = error ? 6000 : 7000;
    const named = (name: string) => ({
      ...events,
      'events.name': raw(`['${name}']::Array(LowCardinality(String))`),
    });
    const row = (i: number, more: object) =>
      spanRow({
        ...{ traceId: traceId(at), spanId: spanId(at + i), atMs: base - 12_000_000 + i, error },
        ...{ durationNs: 1, service: 'events', name: `s${i}`, more: { ...more } },
      });
    await sonde.run(insertSql('spans', [row(0, named('zero')), row(2, named('two'))]));
    await sonde.run(insertSql('spans', [row(1, {})]));
    const { spans } = await sonde.get(`/api/v1/traces/${traceId(at)}`, TraceSchema);
    const names = spans.map(({ name, events: of }) => [name, ...of.map((event) => event.name)]);
    expect(names).toEqual([['s0', 'zero'], ['s1'], ['s2', 'two']]);
  });

  it('has the spans of a trace on both sides of a bucket of the sorting key', async () => {
    const id = traceId(8000);
    const bucketMs = 300_000;
    const border = Math.floor((base - 13_000_000) / bucketMs) * bucketMs;
    const row = (i: number, atMs: number) =>
      spanRow({
        ...{ traceId: id, spanId: spanId(8000 + i), atMs, name: `s${i}` },
        ...{ durationNs: 1, service: 'border' },
      });
    const rows = [row(0, border - 1), row(1, border), row(2, border + bucketMs)];
    await sonde.run(insertSql('spans', rows));
    const { spans } = await sonde.get(`/api/v1/traces/${id}`, TraceSchema);
    expect(spans.map(({ name }) => name)).toEqual(['s0', 's1', 's2']);
  });

  it('has the resources of its spans and no others', async () => {
    const { resources, spans } = await sonde.get(`/api/v1/traces/${CART}`, TraceSchema);
    expect(Object.keys(resources)).toHaveLength(2);
    for (const span of spans) {
      expect(resources[span.resourceFingerprint]).toEqual([
        { key: 'service.name', type: 'string', value: span.service },
      ]);
    }
  });

  it('says when it has more spans than were asked for', async () => {
    const trace = await sonde.get(`/api/v1/traces/${BIG}?limit=10`, TraceSchema);
    expect(trace.spans.map(({ name }) => name)).toEqual(
      Array.from({ length: 10 }, (_, i) => `s${i}`),
    );
    expect(trace).toMatchObject({ spanCount: 30, truncated: true });
  });
});
