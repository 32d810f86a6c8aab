import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { id, type MapFixture, MINUTE_MS, MS, startMap, trace } from './map-fixture.ts';
import type { SpanSeed } from './seed.ts';

const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;

let map: MapFixture;

beforeAll(async () => {
  map = await startMap(now);
});

afterAll(() => map.close());

/** `caller -> service entry / operation requests/errors duration self` of a minute, in order. */
async function contexts(minuteMs: number): Promise<readonly string[]> {
  const rows =
    await map.sonde.rows(`SELECT concat(caller, ' -> ', service, ' ', entry, ' / ', operation,
      ' ', toString(requests), '/', toString(errors), ' ', toString(duration_ns_sum / ${MS}), ' ',
      toString(self_ns_sum / ${MS})) AS context
    FROM sonde.contexts_1m
    WHERE time = toDateTime(${minuteMs / 1000}, 'UTC') AND (time, version) IN (
      SELECT time, max(version) FROM sonde.edge_minutes GROUP BY time)
    ORDER BY context`);
  return rows.map(({ context }) => String(context));
}

describe('work by context', () => {
  it('knows by which operation of its service a span was reached, and from where', async () => {
    const atMs = now - 10 * MINUTE_MS;
    const of = (n: number, parent: number): Omit<SpanSeed, 'service' | 'name'> => ({
      ...{ traceId: trace(1), spanId: id(n), ...(parent === 0 ? {} : { parentId: id(parent) }) },
      ...{ atMs: atMs + n, durationNs: (100 - 10 * n) * MS, kind: 1 },
    });
    await map.add(
      { ...of(1, 0), service: 'web', name: 'GET /', kind: 2 },
      { ...of(2, 1), service: 'web', name: 'render' },
      { ...of(3, 2), service: 'web', name: 'GET', kind: 3 },
      { ...of(4, 3), service: 'cart', name: 'GET /cart', kind: 2 },
      { ...of(5, 4), service: 'cart', name: 'load' },
      { ...of(6, 5), service: 'cart', name: 'SELECT', kind: 3, error: true, weight: 4 },
    );
    await map.look();
    expect(await contexts(atMs)).toEqual([
      ' -> web GET / / GET / 1/0 90 10',
      ' -> web GET / / GET 1/0 70 10',
      ' -> web GET / / render 1/0 80 10',
      'web -> cart GET /cart / GET /cart 1/0 60 10',
      'web -> cart GET /cart / SELECT 4/4 160 160',
      'web -> cart GET /cart / load 1/0 50 10',
    ]);
  });

  it('counts time that children cover together once, and none outside of the span', async () => {
    const atMs = now - 8 * MINUTE_MS;
    const child = (n: number, startMs: number, durationMs: number): SpanSeed => ({
      ...{ traceId: trace(2), spanId: id(n), parentId: id(1), service: 'shop', name: 'part' },
      ...{ atMs: atMs + startMs, durationNs: durationMs * MS, kind: 1 },
    });
    await map.add(
      {
        ...{ traceId: trace(2), spanId: id(1), atMs, durationNs: 100 * MS },
        ...{ service: 'shop', name: 'POST /buy' },
      },
      child(2, 10, 30),
      child(3, 20, 30),
      child(4, 90, 500),
    );
    await map.look();
    expect(await contexts(atMs)).toContain(' -> shop POST /buy / POST /buy 1/0 100 50');
  });

  it('takes a trace that began a minute before, and counts each span in its own minute', async () => {
    const atMs = now - 6 * MINUTE_MS;
    await map.add(
      {
        ...{ traceId: trace(3), spanId: id(1), atMs: atMs - 1000, durationNs: 5000 * MS },
        ...{ service: 'batch', name: 'run' },
      },
      {
        ...{ traceId: trace(3), spanId: id(2), parentId: id(1), atMs, durationNs: 1000 * MS },
        ...{ service: 'batch', name: 'step', kind: 1 },
      },
    );
    await map.look();
    expect(await contexts(atMs)).toEqual([' -> batch run / step 1/0 1000 1000']);
    expect(await contexts(atMs - MINUTE_MS)).toEqual([' -> batch run / run 1/0 5000 4000']);
  });

  it('ends in circles, at missing parents and at spans that came twice', async () => {
    const atMs = now - 4 * MINUTE_MS;
    const of = (n: number, parent: number): SpanSeed => ({
      ...{ traceId: trace(4), spanId: id(n), parentId: id(parent), atMs, durationNs: MS },
      ...{ service: 'odd', name: `span ${n}`, kind: 1 },
    });
    await map.add(of(1, 2), of(2, 1), of(3, 3), of(4, 99), of(5, 4), of(5, 4));
    await map.look();
    const found = await contexts(atMs);
    expect(found).toHaveLength(5);
    expect(found).toContain(' -> odd span 3 / span 3 1/0 1 1');
    expect(found).toContain(' -> odd span 4 / span 5 1/0 1 1');
  });

  it('finds an entry 250 spans up', async () => {
    const atMs = now - 3 * MINUTE_MS;
    const chain = Array.from({ length: 250 }, (_, n) => ({
      ...{ traceId: trace(5), spanId: id(n + 1), atMs, durationNs: MS, service: 'deep' },
      ...(n === 0 ? { name: 'enter' } : { name: 'step', kind: 1, parentId: id(n) }),
    }));
    await map.add(...chain);
    await map.look();
    expect(await contexts(atMs)).toEqual([
      ' -> deep enter / enter 1/0 1 0',
      ' -> deep enter / step 249/0 249 1',
    ]);
  });
});
