import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  BreakdownSchema,
  ComparisonSchema,
  ErrorCausesSchema,
  LatencySchema,
  TracesOverviewSchema,
} from '../src/api/traces/analysis-schema.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { insertSql, mapSql, type Row, raw, spanRow } from './seed.ts';

const base = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 2 * 3_600_000;
const range = `from=${base}&to=${base + 3_600_000}`;
const COUNT = 120;
const MS = 1_000_000;

/** What the answers of all tabs have. */
const SelectionSchema = z.looseObject({ selection: z.looseObject({ traces: z.number() }) });

const traceId = (i: number): string => `a${(i + 1).toString(16).padStart(31, '0')}`;
const spanId = (i: number, part: number): string =>
  `b${(i * 100 + part + 1).toString(16).padStart(15, '0')}`;

let sonde: Sonde;

/** A tenth of the traces is slow, because `bank` of the region `eu` is; a third of those fails. */
const isSlow = (i: number): boolean => i % 10 === 3;
const isFailed = (i: number): boolean => i % 30 === 3;

/** `web` asks `pay` while it waits for its database too; `pay` waits for `bank`. */
function traceRows(i: number): Row[] {
  const slowNs = isSlow(i) ? 400 * MS : 0;
  const at = { traceId: traceId(i), atMs: base + i * 10_000, weight: 2 };
  const failed = isFailed(i);
  const region = isSlow(i) ? 'eu' : i % 7 === 0 ? 'eu' : 'us';
  const attributes = [['region', region] as const, ['request.id', `r-${i}`] as const];
  const event = {
    'events.timestamp': raw('[now64(9)]'),
    'events.name': raw("['exception']"),
    'events.attributes': raw(
      `[${
        mapSql([
          ['exception.type', 'BankError'],
          ['exception.stacktrace', 'at bank'],
        ]).raw
      }]`,
    ),
    'events.attribute_types': raw('[[1, 1]]::Array(Array(UInt8))'),
    'events.dropped_attributes_count': raw('[0]::Array(UInt32)'),
  };
  return [
    spanRow({
      ...{ ...at, spanId: spanId(i, 0), durationNs: 100 * MS + slowNs, service: 'web' },
      ...{ name: 'POST /buy', attributes: [['plan', i % 3 === 0 ? 'a' : 'b']], types: [1] },
    }),
    spanRow({
      ...{ ...at, spanId: spanId(i, 1), parentId: spanId(i, 0), durationNs: 80 * MS + slowNs },
      ...{ service: 'web', name: 'POST pay', kind: 3, error: failed },
    }),
    spanRow({
      ...{ ...at, spanId: spanId(i, 2), parentId: spanId(i, 1), durationNs: 70 * MS + slowNs },
      ...{ service: 'pay', name: 'charge', error: failed, attributes, types: [1, 1] },
    }),
    spanRow({
      ...{ ...at, spanId: spanId(i, 3), parentId: spanId(i, 2), durationNs: 60 * MS + slowNs },
      ...{ service: 'pay', name: 'POST bank', kind: 3, error: failed },
      ...{ attributes: [['server.address', 'bank.example']], types: [1] },
      ...(failed ? { more: { ...event, status_message: `card ${4000 + i} declined` } } : {}),
    }),
    spanRow({
      ...{ ...at, spanId: spanId(i, 4), parentId: spanId(i, 0), durationNs: 40 * MS },
      ...{ service: 'web', name: 'SELECT', kind: 3 },
      more: { db_system: 'postgresql' },
    }),
    spanRow({
      ...{ ...at, traceId: traceId(i + 100_000), spanId: spanId(i, 5) },
      ...{ durationNs: MS, service: 'web', name: 'GET /healthz' },
    }),
  ];
}

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  const traces = Array.from({ length: COUNT }, (_, i) => traceRows(i));
  // Rows of one statement have the same columns, and a statement has so many words at most.
  const shapes = new Map<string, Row[]>();
  for (const row of traces.flat()) {
    const columns = Object.keys(row).join();
    shapes.set(columns, [...(shapes.get(columns) ?? []), row]);
  }
  for (const rows of shapes.values()) {
    for (let i = 0; i < rows.length; i += 300) {
      await sonde.run(insertSql('spans', rows.slice(i, i + 300)));
    }
  }
  const resource = (service: string, version: string) => ({
    tenant: 'default',
    bucket: raw(`toDateTime(${base / 1000}, 'UTC')`),
    fingerprint: raw(`cityHash64('${service}')`),
    service,
    origin: 'sdk',
    attributes: mapSql([['service.version', version]]),
    attribute_types: raw('[1]::Array(UInt8)'),
    retention_days: 14,
  });
  await sonde.run(insertSql('resources', [resource('web', '1'), resource('pay', '2')]));
});
afterAll(() => sonde.close());

const path = (tab: string, query = ''): string =>
  `/api/v1/traces/analysis/${tab}?${range}&set=roots&${query}`;
const SLOW = `boxMinNs=${200 * MS}`;

describe('GET /traces/analysis/overview', () => {
  it('gives requests of the selection by root, with a total of its own quantiles', async () => {
    const all = await sonde.get(path('overview'), TracesOverviewSchema);
    expect(all.selection).toMatchObject({
      traces: COUNT,
      auxiliaryTraces: COUNT,
    });
    expect(all.rows).toHaveLength(1);
    expect(all.rows[0]).toMatchObject({ service: 'web', name: 'POST /buy', requests: 2 * COUNT });
    expect(all.total).toMatchObject({ requests: 2 * COUNT, durationP50Ns: 100 * MS });
    const slow = await sonde.get(path('overview', SLOW), TracesOverviewSchema);
    expect(slow).toMatchObject({ rowsTotal: 1, rootless: 0, selection: { traces: COUNT / 10 } });
    expect(slow.total.durationP50Ns).toBe(500 * MS);
  });

  it('counts auxiliary requests when they are asked for', async () => {
    const { rows, total } = await sonde.get(
      path('overview', 'auxiliary=true'),
      TracesOverviewSchema,
    );
    expect(rows).toHaveLength(2);
    expect(total.requests).toBe(4 * COUNT);
  });

  it('says what has no first span', async () => {
    await sonde.run(
      insertSql('spans', [
        spanRow({
          ...{ traceId: traceId(7777), spanId: spanId(7777, 1), parentId: spanId(7777, 0) },
          ...{ atMs: base + 5000, durationNs: 5, service: 'lost', name: 'half' },
        }),
      ]),
    );
    const query = `/api/v1/traces/analysis/overview?${range}&where=service%3Dlost`;
    const lost = await sonde.get(query, TracesOverviewSchema);
    expect(lost).toMatchObject({ rows: [], rootless: 1, selection: { traces: 1 } });
  });
});

describe('GET /traces/analysis/errors', () => {
  it('finds where errors began, also under a first span that ended well', async () => {
    const answer = await sonde.get(path('errors'), ErrorCausesSchema);
    expect(answer).toMatchObject({ causesTotal: 1, failedTraces: COUNT / 30 });
    const [cause] = answer.causes;
    expect(cause).toMatchObject({
      ...{ service: 'pay', name: 'POST bank', kind: 'client', message: 'card <*> declined' },
      ...{ exceptionType: 'BankError', traces: COUNT / 30, tracesEndedWell: COUNT / 30 },
      ...{ share: 1 / 30, seenBefore: false },
      sample: { stack: 'at bank' },
    });
    expect(cause?.sample.message).toMatch(/^card \d+ declined$/);
    expect(cause?.trend.reduce((sum, count) => sum + count, 0)).toBe(COUNT / 30);
  });
});

describe('GET /traces/analysis/latency', () => {
  it('counts the time of parallel children once, and holds it against the rest', async () => {
    const { frames, requests, notes } = await sonde.get(path('latency', SLOW), LatencySchema);
    expect(requests).toEqual({ selected: (2 * COUNT) / 10, baseline: (2 * COUNT * 9) / 10 });
    const named = (name: string) => frames.find((frame) => frame.name === name);
    const mean = (name: string) => (named(name)?.selected.totalNs ?? 0) / requests.selected / MS;
    expect((frames[0]?.selected.totalNs ?? 0) / requests.selected / MS).toBeCloseTo(500);
    // 40 ms side by side with the call of pay: half each.
    expect(mean('SELECT')).toBeCloseTo(20);
    expect(mean('POST pay')).toBeCloseTo(460);
    expect(mean('POST bank')).toBeCloseTo(440);
    const bank = named('POST bank');
    expect((bank?.baseline.totalNs ?? 0) / requests.baseline / MS).toBeCloseTo(40);
    expect((bank?.selected.criticalTotalNs ?? 0) / requests.selected / MS).toBeCloseTo(460);
    expect(named('SELECT')?.selected.criticalTotalNs).toBe(0);
    expect(notes).toMatchObject({ missingParents: 0, cutTraces: 0, spans: 5 * COUNT });
  });

  it('has a version or the time before as baseline', async () => {
    const other = await sonde.get(path('latency', `${SLOW}&baseline=earlier`), LatencySchema);
    expect(other.requests.baseline).toBe(0);
    const query = path('latency', `${SLOW}&baseline=version&version=1`);
    const version = await sonde.get(query, LatencySchema);
    expect(version.requests.baseline).toBe((2 * COUNT * 9) / 10);
  });

  it('is held against a version as what is not of it, where nothing else picks', async () => {
    const against = (tab: string, version: string) =>
      path(tab, `baseline=version&version=${version}&auxiliary=true`);
    const all = await sonde.get(path('overview', 'auxiliary=true'), TracesOverviewSchema);
    const same = await sonde.get(against('overview', '1'), TracesOverviewSchema);
    expect(same.selection.traces).toBe(all.selection.traces);
    const { requests } = await sonde.get(against('latency', '1'), LatencySchema);
    const none = await sonde.get(against('latency', 'x'), LatencySchema);
    expect(none.requests.baseline).toBe(0);
    expect(requests.baseline).toBeGreaterThan(0);
    expect(requests.selected + requests.baseline).toBe(none.requests.selected);
  });
});

describe('a baseline that is a version', () => {
  const start = base - 3 * 3_600_000;
  const TRACES = 20;
  /** Every second trace is of version 9, and slow. */
  const isNew = (i: number): boolean => i % 2 === 1;
  const of = (query: string): string =>
    `/api/v1/traces/analysis/latency?from=${start}&to=${start + 3_600_000}&set=roots&${query}`;

  beforeAll(async () => {
    const rows = Array.from({ length: TRACES }, (_, i) =>
      spanRow({
        ...{ traceId: traceId(200_000 + i), spanId: spanId(i, 6), atMs: start + i * 60_000 },
        ...{ durationNs: (isNew(i) ? 300 : 100) * MS, service: 'till', name: 'POST /pay' },
        more: { resource_fingerprint: raw(`cityHash64('till ${isNew(i) ? 9 : 8}')`) },
      }),
    );
    await sonde.run(insertSql('spans', rows));
    const resource = (version: number): Row => ({
      ...{ tenant: 'default', bucket: raw(`toDateTime(${start / 1000}, 'UTC')`) },
      fingerprint: raw(`cityHash64('till ${version}')`),
      ...{ service: 'till', origin: 'sdk', retention_days: 14 },
      attributes: mapSql([['service.version', String(version)]]),
      attribute_types: raw('[1]::Array(UInt8)'),
    });
    await sonde.run(insertSql('resources', [resource(8), resource(9)]));
  });

  const meanMs = ({ frames: [all], requests }: z.output<typeof LatencySchema>) => ({
    selected: (all?.selected.totalNs ?? 0) / requests.selected / MS,
    baseline: (all?.baseline.totalNs ?? 0) / requests.baseline / MS,
  });

  it('is held against the other version where nothing else picks', async () => {
    const answer = await sonde.get(of('baseline=version&version=8'), LatencySchema);
    expect(answer.requests).toEqual({ selected: TRACES / 2, baseline: TRACES / 2 });
    expect(answer.selection).toMatchObject({ traces: TRACES / 2, baselineTraces: TRACES / 2 });
    expect(meanMs(answer)).toEqual({ selected: 300, baseline: 100 });
  });

  it('has none of what is picked', async () => {
    const slow = `boxMinNs=${200 * MS}`;
    const old = await sonde.get(of(`${slow}&baseline=version&version=8`), LatencySchema);
    expect(meanMs(old)).toEqual({ selected: 300, baseline: 100 });
    const same = await sonde.get(of(`${slow}&baseline=version&version=9`), LatencySchema);
    expect(same.requests).toEqual({ selected: TRACES / 2, baseline: 0 });
  });

  it('has no other side where all traces are selected and held against the rest', async () => {
    const all = await sonde.get(of('baseline=rest'), LatencySchema);
    expect(all.requests).toEqual({ selected: TRACES, baseline: 0 });
    expect(all.selection.baselineTraces).toBe(0);
  });
});

describe('GET /traces/analysis/breakdown', () => {
  it('divides the time of a service between itself and what it waits for', async () => {
    const web = await sonde.get(path('breakdown', `${SLOW}&service=web`), BreakdownSchema);
    const part = (name: string) => web.parts.find((each) => each.name === name);
    const mean = (name: string) => (part(name)?.selected.timeNs ?? 0) / web.requests.selected / MS;
    expect(web.requests.selected).toBe((2 * COUNT) / 10);
    expect(part('pay')?.kind).toBe('service');
    expect(part('postgresql')?.kind).toBe('dependency');
    expect(mean('pay')).toBeCloseTo(460);
    expect(mean('postgresql')).toBeCloseTo(20);
    expect(mean('web')).toBeCloseTo(20);
    const pay = await sonde.get(path('breakdown', `${SLOW}&service=pay`), BreakdownSchema);
    // What sends no spans has the name that its callers have for it.
    expect(pay.parts.map(({ name }) => name)).toEqual(['bank.example', 'pay']);
    expect(pay.parts[0]?.kind).toBe('dependency');
  });
});

describe('GET /traces/analysis/attributes', () => {
  it('finds the value that slow traces share, and no ids', async () => {
    const answer = await sonde.get(path('attributes', SLOW), ComparisonSchema);
    expect(answer.compared).toEqual({ selected: COUNT / 10, baseline: (COUNT * 9) / 10 });
    const values = answer.differences.flatMap(({ features }) => features.map((each) => each.value));
    expect(values).toContain('eu');
    expect(values.some((value) => value.startsWith('r-'))).toBe(false);
    const region = answer.differences.find(({ features }) =>
      features.some(({ key, value }) => key === 'region' && value === 'eu'),
    );
    expect(region).toMatchObject({ selectedShare: 1 });
    expect(region?.baselineShare).toBeLessThan(0.2);
    expect(region?.score).toBeGreaterThan(2);
    expect(values).not.toContain('b');
    const [group] = answer.groups;
    expect(group?.selectedTraces).toBe(COUNT / 10);
    expect(group?.features).toContainEqual(
      expect.objectContaining({ on: 'time', key: 'pay', value: 'POST bank' }),
    );
  });

  it('says by the errors what they have in common', async () => {
    const query = `/api/v1/traces/analysis/attributes?${range}&where=service%3Dpay&errorsOnly=true`;
    const answer = await sonde.get(query, ComparisonSchema);
    expect(answer.compared.selected).toBe(COUNT / 30);
    const features = answer.differences.flatMap((difference) => difference.features);
    expect(features).toContainEqual({ on: 'event', key: 'exception.type', value: 'BankError' });
  });
});

describe('an analysis of traces', () => {
  it('says how far it is, then gives the same answer', async () => {
    const response = await fetch(`${sonde.url}${path('latency', SLOW)}`, {
      headers: { Accept: 'application/x-ndjson' },
    });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await response.text()).trim().split('\n');
    const parsed = lines.map((line): unknown => JSON.parse(line));
    expect(parsed[0]).toMatchObject({ progress: { done: 0, of: 4 } });
    expect(parsed.length).toBeGreaterThanOrEqual(5);
    const plain = await sonde.get(path('latency', SLOW), LatencySchema);
    expect(parsed.at(-1)).toMatchObject({ answer: { frames: plain.frames } });
  });

  it('of nothing is empty, and no error', async () => {
    const nothing = `boxMinNs=${9_000_000 * MS}`;
    for (const tab of ['overview', 'errors', 'latency', 'breakdown', 'attributes']) {
      const answer = await sonde.get(path(tab, nothing), SelectionSchema);
      expect(answer.selection.traces, tab).toBe(0);
    }
  });

  it('names what is not allowed', async () => {
    const refused = async (query: string): Promise<string> => {
      const response = await fetch(`${sonde.url}${path('latency', query)}`);
      expect(response.status).toBe(400);
      return response.text();
    };
    expect(await refused('baseline=version')).toContain('`version` is missing');
    expect(await refused('boxMinNs=-1')).toContain('boxMinNs');
    expect(await refused('colour=red')).toContain('colour');
  });
});
