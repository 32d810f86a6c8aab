import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MapSchema } from '../src/api/map/schema.ts';
import {
  ComparisonSchema,
  LatencySchema,
  TracesOverviewSchema,
} from '../src/api/traces/analysis-schema.ts';
import { TraceOutlineSchema, WholeSpanSchema } from '../src/api/traces/outline-schema.ts';
import { TraceSchema } from '../src/api/traces/schema.ts';
import { MapJob } from '../src/model/service-map/map-job.ts';
import { SqliteStateStore } from '../src/state/index.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { insertSql, raw, type SpanSeed, spanRow } from './seed.ts';

const MINUTE_MS = 60_000;
const MS = 1_000_000;
const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
const atMs = now - 10 * MINUTE_MS;
const SPANS_OF_LONG = 200_000;
const SERVICES = 25_000;

const trace = (n: number): string => n.toString(16).padStart(32, '0');
const id = (n: number): string => n.toString(16).padStart(16, '0');

let sonde: Sonde;
let state: SqliteStateStore;

const span = (n: number, seed: Partial<SpanSeed>): SpanSeed => ({
  ...{ traceId: trace(n), spanId: id(n * 100), atMs, durationNs: 10 * MS },
  ...{ service: 'web', name: 'GET', ...seed },
});

/** One of each kind that no program should send. */
const ODD: readonly SpanSeed[] = [
  span(1, { parentId: id(77_777), service: 'orphan' }),
  // A circle of three, and one that is its own parent.
  span(2, { spanId: id(201), parentId: id(203), service: 'ring-a', kind: 3 }),
  span(2, { spanId: id(202), parentId: id(201), service: 'ring-b' }),
  span(2, { spanId: id(203), parentId: id(202), service: 'ring-c' }),
  span(3, { spanId: id(301), parentId: id(301), service: 'self' }),
  // A clock three hours behind, of a callee in another minute.
  span(4, { spanId: id(401), service: 'early', kind: 3 }),
  span(4, { spanId: id(402), parentId: id(401), service: 'late', atMs: atMs - 3 * 3_600_000 }),
  span(5, { durationNs: -5 * MS, service: 'backwards' }),
];

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  state = new SqliteStateStore({ path: join(sonde.folder, 'bad.db') });
  await sonde.run(insertSql('spans', ODD.map(spanRow)));
  const attributes = raw(`CAST((arrayMap(i -> concat('key-', toString(i)), range(10000)),
    arrayMap(i -> toString(i), range(10000))), 'Map(LowCardinality(String), String)')`);
  const types = raw('arrayWithConstant(10000, 1)::Array(UInt8)');
  const wide = span(6, { service: 'wide', more: { attributes, attribute_types: types } });
  await sonde.run(insertSql('spans', [spanRow(wide)]));
  const long = spanRow(span(7, { service: 'long', parentId: id(700) }));
  await sonde.run(`${insertSql('spans', [{ ...long, span_id: raw('reinterpretAsFixedString(toUInt64(number + 1000))::FixedString(8)') }])}
    FROM numbers(${SPANS_OF_LONG})`);
  const many = spanRow(span(8, { kind: 3 }));
  const each = {
    ...many,
    trace_id: raw("toFixedString(concat('many', leftPad(toString(number), 12, '0')), 16)"),
    service: raw("concat('service-', toString(number))"),
    peer_service: 'hub',
  };
  await sonde.run(`${insertSql('spans', [each])} FROM numbers(${SERVICES})`);
  const log = { info: () => {}, warn: (text: string) => expect(text).toBe(''), error: () => {} };
  const leases = state.leases;
  const job = new MapJob({ store: sonde.role, leases, holder: 'one', log, nowMs: () => now });
  // A look ends when its time is over; on a busy machine that is early.
  for (let turn = 0; turn < 20 && (await job.look()) > 0; turn++);
  await job.stop();
}, 300_000);

afterAll(async () => {
  await state.close();
  await sonde.close();
});

const range = `from=${atMs - MINUTE_MS}&to=${atMs + MINUTE_MS}`;

describe('what no program should send', () => {
  it('is on the map as far as it can be, and what is not found is counted', async () => {
    const map = await sonde.get(`/api/v1/map?${range}`, MapSchema);
    const ends = map.edges.map(({ client, server }) => `${client.name}>${server.name}`);
    expect(ends).toContain('ring-a>ring-b');
    expect(ends).not.toContain('self>self');
    // Of the orphan, the spans of the long trace, and the one that is its own parent.
    expect(map.unresolved).toBeGreaterThanOrEqual(SPANS_OF_LONG + 1);
    expect(map.edges.every(({ durationP95Ns }) => durationP95Ns >= 0)).toBe(true);
  });

  it('such as a service name a request stays within the rows of a minute, and no call is lost', async () => {
    const [found] = await sonde.rows(`SELECT count() AS pairs, sum(requests) AS calls
      FROM sonde.edges_1m
      WHERE server_service IN ('hub', '(other)') AND protocol = '' AND (time, version) IN (
        SELECT time, max(version) FROM sonde.edge_minutes GROUP BY time)`);
    expect(Number(found?.['pairs'])).toBeLessThanOrEqual(20_001);
    // Beside them what else was told together.
    expect(Number(found?.['calls'])).toBeGreaterThanOrEqual(SERVICES);
    expect(Number(found?.['calls'])).toBeLessThan(SERVICES + 100);
    const map = await sonde.get(`/api/v1/map?${range}`, MapSchema);
    expect(map.edges.length).toBeLessThanOrEqual(10_000);
  });

  it('such as a trace of 200,000 spans is read in part and counted whole', async () => {
    const answer = await sonde.get(`/api/v1/traces/${trace(7)}`, TraceSchema);
    expect(answer.spans.length).toBeLessThanOrEqual(20_000);
    expect(answer.spanCount).toBe(SPANS_OF_LONG);
    const path = `/api/v1/traces/analysis/latency?${range}&where=service%3Dlong&set=all`;
    const { notes } = await sonde.get(path, LatencySchema);
    expect(notes.cutTraces).toBe(1);
    expect(notes.spans + notes.cutSpans).toBeGreaterThanOrEqual(SPANS_OF_LONG);
  });

  it('such as a trace of 200,000 spans is there in outline, and each of its spans whole', async () => {
    const path = `/api/v1/traces/${trace(7)}`;
    const outline = await sonde.get(`${path}/outline`, TraceOutlineSchema);
    expect(outline.spanIds).toHaveLength(SPANS_OF_LONG);
    expect(outline.spanCount).toBe(SPANS_OF_LONG);
    expect([outline.services, outline.names, outline.kinds]).toEqual([
      ['long'],
      ['GET'],
      ['server'],
    ]);
    expect(outline.parents.every((parent) => parent === -2)).toBe(true);
    expect(outline.durationNs.at(-1)).toBe(10 * MS);
    const spanId = outline.spanIds.at(-1) ?? '';
    const { span: last } = await sonde.get(`${path}/spans/${spanId}`, WholeSpanSchema);
    expect(last).toMatchObject({ spanId, parentSpanId: id(700), service: 'long' });
    const ring = await sonde.get(`/api/v1/traces/${trace(2)}/outline`, TraceOutlineSchema);
    expect(ring.spanIds.map((_, i) => ring.spanIds[ring.parents[i] ?? -1])).toEqual([
      id(203),
      id(201),
      id(202),
    ]);
    for (const absent of [`${path}/spans/${id(1)}`, `/api/v1/traces/${trace(9999)}/outline`]) {
      expect((await fetch(`${sonde.url}${absent}`)).status).toBe(404);
    }
  });

  it('such as a span of 10,000 attributes is shown and compared', async () => {
    const answer = await sonde.get(`/api/v1/traces/${trace(6)}`, TraceSchema);
    expect(answer.spans[0]?.attributes).toHaveLength(10_000);
    const path = `/api/v1/traces/analysis/attributes?${range}&where=service%3Dwide&set=all`;
    const compared = await sonde.get(path, ComparisonSchema);
    expect(compared.differences.length).toBeLessThanOrEqual(100);
  });

  it('such as circles, negative durations and clocks hours off is said of the selection', async () => {
    const path = `/api/v1/traces/analysis/latency?${range}&set=all&where=`;
    const of = (service: string) =>
      sonde.get(`${path}${encodeURIComponent(`service=${service}`)}`, LatencySchema);
    expect((await of('ring-b')).notes.inCycles).toBeGreaterThan(0);
    expect((await of('backwards')).notes.negativeDurations).toBe(1);
    expect((await of('orphan')).notes.missingParents).toBe(1);
    const overview = `/api/v1/traces/analysis/overview?${range}&where=service%3Dbackwards&set=all`;
    const { total } = await sonde.get(overview, TracesOverviewSchema);
    expect(total.durationP50Ns).toBeGreaterThanOrEqual(0);
  });
});
