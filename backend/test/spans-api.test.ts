import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TracesSchema } from '../src/api/traces/schema.ts';
import {
  AttributeKeysSchema,
  AttributeValuesSchema,
  BackLinksSchema,
  SpanGroupsSchema,
  SpanHeatmapSchema,
  SpanPeersSchema,
  SpansSchema,
} from '../src/api/traces/span-schema.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { idSql, insertSql, mapSql, raw, spanRow } from './seed.ts';

const base = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 2 * 3_600_000;
const range = `from=${base}&to=${base + 3_600_000}`;
const COUNT = 60;

const traceId = (i: number): string => (i + 1).toString(16).padStart(32, 'a');
const spanId = (i: number): string => (i + 1).toString(16).padStart(16, 'b');
const BANKS = ['alder', 'birch', 'cedar'] as const;

let sonde: Sonde;

/** A minute apart: an entry span of `shop`, and its call of `pay`, which fails for one bank. */
async function seed(): Promise<void> {
  const rows = Array.from({ length: COUNT }, (_, i) => {
    const bank = BANKS[i % 3] ?? 'alder';
    const at = { traceId: traceId(i), atMs: base + i * 60_000 };
    const attributes = [['bank', bank] as const, ['amount', String(i)] as const];
    const fails = bank === 'cedar';
    const environment = i % 2 === 0 ? 'live' : 'test';
    const events = fails ? [['exception.type', 'IOError'] as const] : [];
    const more = {
      environment,
      'events.name': raw(fails ? "['exception']" : '[]::Array(String)'),
      'events.timestamp': raw(fails ? '[fromUnixTimestamp64Nano(1)]' : '[]::Array(DateTime64(9))'),
      'events.attributes': raw(
        fails ? `[${mapSql(events).raw}]` : '[]::Array(Map(LowCardinality(String), String))',
      ),
    };
    return [
      spanRow({
        ...{ ...at, spanId: spanId(i), durationNs: (i + 1) * 1_000_000, service: 'shop' },
        ...{ name: 'POST /buy', attributes, types: [1, 3], more: { ...more, db_system: '' } },
      }),
      spanRow({
        ...{ ...at, spanId: spanId(1000 + i), parentId: spanId(i), durationNs: 500_000 },
        ...{ service: 'pay', name: 'charge', error: fails, attributes, types: [1, 3] },
        more: { ...more, db_system: 'postgresql' },
      }),
    ];
  });
  await sonde.run(insertSql('spans', rows.flat()));
  const resource = (service: string, zone: string) => ({
    tenant: 'default',
    bucket: raw(`toDateTime(${base / 1000}, 'UTC')`),
    fingerprint: raw(`cityHash64('${service}')`),
    service,
    origin: 'sdk',
    attributes: mapSql([['zone', zone]]),
    attribute_types: raw('[1]::Array(UInt8)'),
    retention_days: 14,
  });
  await sonde.run(insertSql('resources', [resource('shop', 'east'), resource('pay', 'west')]));
}

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  await seed();
});
afterAll(() => sonde.close());

const where = (text: string): string => `where=${encodeURIComponent(text)}`;
const heatmap = (query: string) =>
  sonde.get(`/api/v1/spans/heatmap?${range}&${query}`, SpanHeatmapSchema);
const groups = async (query: string) =>
  sonde.get(`/api/v1/spans/groups?${range}&${query}`, SpanGroupsSchema);
const spans = (query: string) => sonde.get(`/api/v1/spans?${range}&${query}`, SpansSchema);

async function refusal(query: string): Promise<string> {
  const response = await fetch(`${sonde.url}/api/v1/spans?${range}&${query}`);
  expect(response.status).toBe(400);
  return JSON.stringify(await response.json());
}

describe('GET /spans/heatmap', () => {
  it('answers from roll-ups where these tell the spans apart', async () => {
    const all = await heatmap('');
    expect(all).toMatchObject({ path: 'rollup', total: 2 * COUNT, errors: COUNT / 3 });
    const shop = await heatmap(where('service=shop environment=live name~buy'));
    expect(shop).toMatchObject({ path: 'rollup', total: COUNT / 2, errors: 0 });
    expect(shop.requestsByStep.reduce((sum, count) => sum + count, 0)).toBe(COUNT / 2);
    expect((await heatmap('set=roots')).total).toBe(COUNT);
  });

  it('tells errors from the rest in the roll-up', async () => {
    expect(await heatmap(where('status=error'))).toMatchObject({
      path: 'rollup',
      total: COUNT / 3,
    });
    const good = await heatmap(where('status!=error service=pay'));
    expect(good).toMatchObject({ path: 'rollup', total: (2 * COUNT) / 3, errors: 0 });
    const cells = good.heatmap.counts.flat().reduce((sum, count) => sum + count, 0);
    expect(cells).toBe((2 * COUNT) / 3);
  });

  it('reads spans for what the roll-up does not know, to the same counts', async () => {
    const raws = await heatmap(where('bank=cedar'));
    expect(raws).toMatchObject({ path: 'raw', total: (2 * COUNT) / 3, errors: COUNT / 3 });
    expect(raws.stored).toBe((2 * COUNT) / 3);
    const same = await heatmap(where('service=shop duration>=0ns'));
    const rolled = await heatmap(where('service=shop'));
    expect(same.path).toBe('raw');
    expect(same.durationP95Ns).toBe(rolled.durationP95Ns);
  });

  it('has finer steps than minutes in a short range', async () => {
    const short = await sonde.get(
      `/api/v1/spans/heatmap?from=${base}&to=${base + 300_000}`,
      SpanHeatmapSchema,
    );
    expect(short).toMatchObject({ path: 'raw', total: 10 });
    expect(short.stepMs).toBeLessThan(60_000);
  });
});

describe('GET /spans', () => {
  it('filters by attributes of span and resource, with every operator', async () => {
    const count = async (text: string): Promise<number> =>
      (await spans(`limit=1000&${where(text)}`)).spans.length;
    expect(await count('bank=cedar service=pay')).toBe(COUNT / 3);
    expect(await count('bank!=cedar service=pay')).toBe((2 * COUNT) / 3);
    expect(await count('span.bank~ED')).toBe((2 * COUNT) / 3);
    expect(await count('amount>=50 service=shop')).toBe(10);
    expect(await count('zone=east')).toBe(COUNT);
    expect(await count('zone!=east')).toBe(COUNT);
    expect(await count('resource.zone=west status=error')).toBe(COUNT / 3);
    expect(await count('nothing exists')).toBe(0);
    expect(await count('bank exists duration>59.5ms')).toBe(1);
    expect(await count('kind=server name="POST /buy"')).toBe(COUNT);
    // Of either generation of the conventions.
    expect(await count('db.system.name=postgresql')).toBe(COUNT);
    expect(await count('db.system!=postgresql service exists')).toBe(COUNT);
    expect(await count('messaging.destination.name exists')).toBe(0);
  });

  it('filters by names and attributes of events, of which one at least is meant', async () => {
    const count = async (text: string): Promise<number> =>
      (await spans(`limit=1000&${where(text)}`)).spans.length;
    expect(await count('event.exception.type=IOError service=pay')).toBe(COUNT / 3);
    expect(await count('event.exception.type~ioe service=pay')).toBe(COUNT / 3);
    expect(await count('event.exception.type exists service=pay')).toBe(COUNT / 3);
    expect(await count('event.exception.type!=IOError service=pay')).toBe((2 * COUNT) / 3);
    expect(await count('event.name=exception service=pay')).toBe(COUNT / 3);
    expect(await count('event.other=IOError')).toBe(0);
  });

  it('pages newest first without losing or repeating a span', async () => {
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 40; page += 1) {
      const answer = await spans(`limit=7&set=all&cursor=${cursor}`);
      seen.push(...answer.spans.map(({ spanId: id }) => id));
      if (answer.nextCursor === undefined) break;
      cursor = answer.nextCursor;
    }
    expect(seen).toHaveLength(2 * COUNT);
    expect(new Set(seen).size).toBe(2 * COUNT);
    expect(seen.slice(-2)).toEqual([spanId(0), spanId(1000)]);
  });

  it('names the place of a mistake and what was expected', async () => {
    expect(await refusal(where('service=a duration>>1s'))).toContain('character 20');
    expect(await refusal(where('service'))).toContain('expected an operator after `service`');
    expect(await refusal(where('duration>fast'))).toContain('250ms');
    expect(await refusal(where('kind=blue'))).toContain('one of unspecified, internal');
    expect(await refusal(where('amount>many'))).toContain('compares numbers');
  });
});

describe('GET /spans/groups', () => {
  it('gives rate, errors and quantiles by attribute, exact', async () => {
    const { groups: rows, groupsTotal } = await groups(`by=bank&${where('service=pay')}`);
    expect(groupsTotal).toBe(3);
    const cedar = rows.find(({ value }) => value === 'cedar');
    expect(cedar).toMatchObject({ count: COUNT / 3, errors: COUNT / 3, durationP95Ns: 500_000 });
    expect(cedar?.perSecond).toBeCloseTo(COUNT / 3 / 3600);
  });

  it('groups by resource attribute, by kind and by nothing, and counts traces', async () => {
    const zones = await groups('by=zone&sort=errors');
    expect(zones.groups.map(({ value }) => value)).toEqual(['west', 'east']);
    expect((await groups('by=kind&set=all')).groups.map(({ value }) => value)).toEqual(['server']);
    const all = await groups('countTraces=true');
    expect(all.groups).toMatchObject([{ value: '', stored: 2 * COUNT, traces: COUNT }]);
  });

  it('says how many groups there are beyond those given', async () => {
    const few = await groups('by=amount&limit=5');
    expect(few).toMatchObject({ groupsTotal: COUNT });
    expect(few.groups).toHaveLength(5);
  });
});

describe('GET /traces with conditions', () => {
  it('gives traces that hold such a span', async () => {
    const query = `${range}&limit=1000&${where('service=pay status=error')}`;
    const { traces } = await sonde.get(`/api/v1/traces?${query}`, TracesSchema);
    expect(traces).toHaveLength(COUNT / 3);
    expect(traces[0]).toMatchObject({ rootService: 'shop', errorCount: 1 });
  });
});

describe('what stands around a trace', () => {
  it('is the place of a span among its peers of the hour', async () => {
    const at = base + 59 * 60_000;
    const query = `service=shop&name=${encodeURIComponent('POST /buy')}&kind=server&at=${at}`;
    const peers = (ns: number) =>
      sonde.get(`/api/v1/spans/peers?${query}&durationNs=${ns}`, SpanPeersSchema);
    expect(await peers(120_000_000)).toMatchObject({ peers: COUNT, errors: 0, shareFaster: 1 });
    expect((await peers(30_000_000)).shareFaster).toBeGreaterThan(0.4);
    expect((await peers(30_000_000)).shareFaster).toBeLessThan(0.6);
    expect((await peers(1)).shareFaster).toBe(0);
  });

  it('are the spans that link to it', async () => {
    const links = {
      'links.trace_id': raw(`[${idSql(traceId(3), 16).raw}]`),
      'links.span_id': raw(`[${idSql(spanId(3), 8).raw}]`),
      'links.trace_state': raw("['']"),
      'links.flags': raw('[1]::Array(UInt32)'),
      'links.attributes': raw(`[${mapSql([]).raw}]`),
      'links.attribute_types': raw('[[]]::Array(Array(UInt8))'),
      'links.dropped_attributes_count': raw('[0]::Array(UInt32)'),
    };
    const at = { traceId: traceId(900), spanId: spanId(900), atMs: base + 3_600_000 + 5000 };
    const work = { ...at, durationNs: 1, service: 'mail', name: 'send', kind: 5, more: links };
    await sonde.run(insertSql('spans', [spanRow(work)]));
    const query = `from=${base}&to=${base + 2 * 3_600_000}`;
    const path = `/api/v1/traces/${traceId(3)}/back-links?${query}`;
    const { spans: found } = await sonde.get(path, BackLinksSchema);
    expect(found).toMatchObject([{ traceId: traceId(900), service: 'mail', kind: 'consumer' }]);
  });
});

describe('GET /spans/keys and /spans/values', () => {
  it('offers fields first, and the values of a field', async () => {
    const { keys } = await sonde.get(`/api/v1/spans/keys?${range}`, AttributeKeysSchema);
    expect(keys[0]).toEqual({ key: 'service', on: 'field', entries: 0 });
    expect(keys).toContainEqual({ key: 'zone', on: 'resource', entries: 2 });
    const { values } = await sonde.get(
      `/api/v1/spans/values?${range}&key=service&search=SHO`,
      AttributeValuesSchema,
    );
    expect(values).toEqual([{ value: 'shop', count: COUNT }]);
  });

  it('offers the values of an attribute by frequency', async () => {
    const zones = await sonde.get(`/api/v1/spans/values?${range}&key=zone`, AttributeValuesSchema);
    expect(zones.values.map(({ value }) => value).sort()).toEqual(['east', 'west']);
    const kinds = await sonde.get(
      `/api/v1/spans/values?${range}&key=status`,
      AttributeValuesSchema,
    );
    expect(kinds.values.map(({ value }) => value)).toEqual(['unset', 'ok', 'error']);
  });
});

/** One trace of its own tenant-wide name: a root calls `edge`, which calls through three levels. */
describe('a filter by what is above', () => {
  const service = (i: number): string => ['gate', 'shelf', 'shelf', 'vault', 'vault'][i] ?? '';
  const id = (trace: string, i: number): string => `${trace}${i}`.padStart(16, '0');
  const DEPTH = 5;

  /** A chain: gate, shelf, shelf, vault, vault; each span the parent of the next. */
  function chain(trace: string, more: (i: number) => { error?: boolean; parentId?: string }) {
    return Array.from({ length: DEPTH }, (_, i) =>
      spanRow({
        ...{ traceId: `cafe${trace}`.padStart(32, '0'), spanId: id(trace, i), kind: 1 },
        ...{ atMs: base + 1_800_000 + i, durationNs: 1_000_000, service: service(i) },
        ...{ name: `level ${i}`, ...(i === 0 ? {} : { parentId: id(trace, i - 1) }), ...more(i) },
      }),
    );
  }

  beforeAll(async () => {
    const healthy = chain('1', () => ({}));
    const failing = chain('2', (i) => ({ error: i === 4 }));
    // A circle: the first span says that the last one is its parent.
    const circle = chain('3', (i) => (i === 0 ? { parentId: id('3', 4) } : {}));
    await sonde.run(insertSql('spans', [...healthy, ...failing, ...failing, ...circle]));
  });

  const found = async (text: string): Promise<string[]> => {
    const list = await spans(`set=all&limit=200&${where(text)}`);
    return list.spans.map((row) => `${row.traceId.at(-1)} ${row.name}`).sort();
  };

  it('is by the parent alone for `calls`', async () => {
    expect(await found('service=gate calls service=shelf')).toEqual(
      ['1 level 1', '2 level 1', '2 level 1', '3 level 1'], // One came twice.
    );
    expect(await found('service=gate calls service=vault')).toEqual([]);
    expect(
      await found('service=gate calls service=shelf calls service=shelf status!=error'),
    ).toEqual(['1 level 2', '2 level 2', '2 level 2', '3 level 2']);
  });

  it('is by any span above for `above`', async () => {
    expect(await found('service=gate above service=vault status=error')).toEqual([
      '2 level 4',
      '2 level 4',
    ]);
    expect(await found('name="level 2" above name~level trace.id!=""')).toEqual(
      [1, 2, 2, 3]
        .flatMap((trace) => ['level 3', 'level 4'].map((name) => `${trace} ${name}`))
        .concat(['3 level 0', '3 level 1', '3 level 2']) // All of a circle are above each other.
        .sort(),
    );
    expect(await found('status=error above service=gate')).toEqual([]);
    expect(await found('service=gate calls service=shelf above status=error')).toEqual([
      '2 level 4',
      '2 level 4',
    ]);
  });

  it('holds for the heatmap, groups and traces too', async () => {
    const text = 'service=gate above service=vault status=error';
    expect(await heatmap(`set=all&${where(text)}`)).toMatchObject({ path: 'raw', total: 2 });
    const { groups: byName } = await groups(`set=all&by=name&${where(text)}`);
    expect(byName.map(({ value }) => value)).toEqual(['level 4']);
    const { traces } = await sonde.get(
      `/api/v1/traces?${range}&set=all&${where(text)}`,
      TracesSchema,
    );
    expect(traces.map((trace) => trace.traceId.at(-1))).toEqual(['2']);
  });

  it('names the place of what cannot be', async () => {
    expect(await refusal(where('calls service=a'))).toContain('stands before `calls`');
    expect(await refusal(where('service=a calls'))).toContain('a condition after `calls`');
    expect(await refusal(where('a=1 calls b=1 calls c=1 calls d=1 above e=1'))).toContain(
      'at most 3',
    );
    expect(await found('calls=3')).toEqual([]);
    expect(await found('above exists')).toEqual([]);
  });
});

describe("Sonde's own spans", () => {
  const trace = 'f'.repeat(32);

  beforeAll(() =>
    sonde.run(
      insertSql('spans', [
        spanRow({
          ...{ traceId: trace, spanId: 'f'.repeat(16), atMs: base + 61_000, durationNs: 1000 },
          ...{ service: 'sonde-gateway', namespace: 'sonde', name: 'export' },
        }),
      ]),
    ),
  );

  it('are left out of spans, heatmap, groups and traces on request', async () => {
    const isOwn = where('namespace=sonde');
    expect((await spans(isOwn)).spans).toHaveLength(1);
    expect((await spans(`${isOwn}&own=false`)).spans).toEqual([]);
    expect((await heatmap('own=true')).total - (await heatmap('own=false')).total).toBe(1);
    const by = async (own: string) =>
      (await groups(`by=namespace&own=${own}`)).groups.map(({ value }) => value);
    expect(await by('true')).toContain('sonde');
    expect(await by('false')).not.toContain('sonde');
    const traces = async (query: string) =>
      (await sonde.get(`/api/v1/traces?${range}&limit=200&${query}`, TracesSchema)).traces;
    const ids = (await traces('')).map(({ traceId: id }) => id);
    expect(ids).toContain(trace);
    expect((await traces('own=false&set=all')).map(({ traceId: id }) => id)).toEqual(
      ids.filter((id) => id !== trace),
    );
  });
});
