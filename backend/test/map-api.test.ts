import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MapCallsSchema, MapSchema } from '../src/api/map/schema.ts';
import { id, type MapFixture, MINUTE_MS, MS, startMap, trace } from './map-fixture.ts';
import type { SpanSeed } from './seed.ts';

const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;

let map: MapFixture;

beforeAll(async () => {
  map = await startMap(now);
});

afterAll(() => map.close());

describe('the map of a range', () => {
  it('has one edge a pair, what it was before, and what is gone', async () => {
    const span = (n: number, more: Partial<SpanSeed>): SpanSeed => ({
      ...{ traceId: trace(20 + n), spanId: id(2000 + n), atMs: now, durationNs: 2 * MS },
      ...{ service: 'till', name: 'pay', kind: 3, ...more },
    });
    const peer = { db_system: 'redis', peer_service: 'stock' };
    const [atMs, earlierMs] = [now - 60 * MINUTE_MS, now - 63 * MINUTE_MS];
    await map.add(
      span(0, { atMs, more: peer, error: true }),
      // The same call, as the agent saw it.
      span(1, { atMs, more: peer, origin: 'ebpf' }),
      span(2, { atMs: earlierMs, more: peer, weight: 3 }),
      span(3, { atMs: earlierMs, more: { peer_service: 'old' } }),
    );
    map.clockMs = now;
    await map.look();
    const range = `from=${atMs}&to=${atMs + 3 * MINUTE_MS}`;
    // The agent knows the name of who is called, and the service says its namespace.
    await map.add(
      span(4, { atMs, spanId: id(9000), namespace: 'shop', service: 'front' }),
      span(4, { atMs, parentId: id(9000), kind: 2, namespace: 'shop', service: 'back' }),
      span(5, {
        atMs,
        namespace: 'shop',
        service: 'front',
        origin: 'ebpf',
        more: { peer_service: 'back' },
      }),
    );
    map.clockMs = now + 60 * MINUTE_MS;
    await map.look();
    const answer = await map.sonde.get(`/api/v1/map?${range}`, MapSchema);
    // Front has no caller with a span, and is known by its own.
    const serving = { service: 'front', kind: 2, namespace: 'shop', error: true };
    await map.add(span(6, { atMs, ...serving }), span(6, { atMs, ...serving, origin: 'ebpf' }));
    const { served } = await map.sonde.get(`/api/v1/map?${range}`, MapSchema);
    expect(served.filter(({ name }) => name === 'front')).toMatchObject([
      { namespace: 'shop', cluster: '', requestsPerSecond: 1 / 180, errorRatio: 1 },
    ]);
    const backs = answer.edges.filter(({ server }) => server.name === 'back');
    expect(backs).toMatchObject([{ origin: 'sdk', server: { namespace: 'shop' } }]);
    const ends = answer.edges.map(({ client, server }) => [client.name, server.name, server.kind]);
    expect(ends).toContainEqual(['till', 'stock', 'database']);
    const till = answer.edges.find(({ client }) => client.name === 'till');
    expect(till).toMatchObject({
      ...{ origin: 'sdk', protocols: ['redis'], requests: 1, errorRatio: 1, gapP95Ns: null },
      before: { requests: 3, errors: 0 },
    });
    expect(till?.durationP95Ns).toBeGreaterThan(1.8 * MS);
    expect(till?.durationP95Ns).toBeLessThanOrEqual(2 * MS);
    expect(answer.gone.map(({ server }) => server.name)).toEqual(['old']);
    expect(answer.joinedUntilMs).toBe(atMs + MINUTE_MS);
  });

  it('is compared with the time that is asked for, and says where services are', async () => {
    const atMs = now - 120 * MINUTE_MS;
    const call = (n: number, minute: number): SpanSeed => ({
      ...{ traceId: trace(90_400 + n), spanId: id(94_000 + n), atMs: atMs - minute * MINUTE_MS },
      ...{ durationNs: 2 * MS, service: 'prometheus-2', namespace: 'obs', name: 'scrape', kind: 3 },
      more: { peer_service: 'target' },
    });
    await map.add(call(0, 0), call(1, 30), call(2, 30));
    // Nobody who calls it sends spans, and it calls nobody.
    await map.add({ ...call(3, 0), service: 'hermit', name: 'serve', kind: 2, more: {} });
    await map.sonde.run(`INSERT INTO sonde.resources
      (tenant, fingerprint, service, namespace, bucket, attributes)
      SELECT 'default', 77, 'prometheus-2', 'obs', toDateTime(${Math.floor(atMs / 3_600_000) * 3600}),
        map('cloud.availability_zone', 'eu-1a', 'service.team', 'core')
      UNION ALL SELECT 'default', 78, 'hermit', 'obs', toDateTime(${Math.floor(atMs / 3_600_000) * 3600}),
        map('service.team', 'hill')`);
    // Whoever names a service for each request has many that call nobody.
    await map.sonde.run(`INSERT INTO sonde.resources
      (tenant, fingerprint, service, namespace, bucket, attributes)
      SELECT 'default', 1000 + number, concat('a-', toString(number)), 'obs',
        toDateTime(${Math.floor(atMs / 3_600_000) * 3600}), map('zone', 'x')
      FROM numbers(20_001)`);
    map.clockMs = now;
    await map.look();
    const range = `from=${atMs}&to=${atMs + 3 * MINUTE_MS}`;
    const answer = await map.sonde.get(
      `/api/v1/map?${range}&beforeMs=${30 * MINUTE_MS}`,
      MapSchema,
    );
    expect(answer.beforeFromMs).toBe(atMs - 30 * MINUTE_MS);
    const scrapes = answer.edges.filter(({ client }) => client.name === 'prometheus-2');
    expect(scrapes).toMatchObject([{ requests: 1, before: { requests: 2 } }]);
    expect(answer.places).toEqual([
      {
        ...{ name: 'hermit', namespace: 'obs', cluster: '' },
        category: '',
        team: 'hill',
        zones: [],
      },
      {
        ...{ name: 'prometheus-2', namespace: 'obs', cluster: '' },
        ...{ category: 'monitoring', team: 'core', zones: ['eu-1a'] },
      },
    ]);
  });

  it('has the calls of a node and of a pair over time, by operation', async () => {
    const atMs = now - 180 * MINUTE_MS;
    const call = (n: number, minute: number, more: Partial<SpanSeed> = {}): SpanSeed => ({
      ...{ traceId: trace(90_500 + n), spanId: id(95_000 + n), atMs: atMs + minute * MINUTE_MS },
      ...{ durationNs: 4 * MS, service: 'desk', name: 'ask', kind: 3 },
      ...{ more: { peer_service: 'oracle' }, ...more },
    });
    await map.add(call(0, 0), call(1, 0, { error: true }), call(2, 1, { name: 'tell', weight: 3 }));
    await map.add(call(3, 1, { more: { peer_service: 'other' } }));
    map.clockMs = now;
    await map.look();
    const range = `from=${atMs}&to=${atMs + 2 * MINUTE_MS}`;
    const desk = 'service~~~desk';
    const path = `/api/v1/map/calls?${range}&client=${desk}`;
    const pair = await map.sonde.get(`${path}&server=service~~~oracle`, MapCallsSchema);
    expect(pair).toMatchObject({
      ...{ stepMs: MINUTE_MS, requestsByStep: [2, 3], errorsByStep: [1, 0] },
      gapP95NsByStep: [null, null],
      operations: [
        { name: 'tell', errorRatio: 0 },
        { name: 'ask', errorRatio: 0.5 },
      ],
    });
    expect(pair.durationP95NsByStep[0]).toBeGreaterThan(3.5 * MS);
    const all = await map.sonde.get(path, MapCallsSchema);
    expect(all.requestsByStep).toEqual([2, 4]);
  });

  it('has what a service served, by its own spans, where nobody is known to call it', async () => {
    const atMs = now - 240 * MINUTE_MS;
    const served = (n: number, minute: number, more: Partial<SpanSeed> = {}): SpanSeed => ({
      ...{ traceId: trace(90_600 + n), spanId: id(96_000 + n), atMs: atMs + minute * MINUTE_MS },
      ...{ durationNs: 4 * MS, service: 'hut', namespace: 'far', name: 'GET /', kind: 2, ...more },
    });
    await map.add(
      served(0, 0, { weight: 5, error: true }),
      served(1, 1),
      served(2, 1, { name: 'GET /more', durationNs: 900 * MS }),
      // The same request as the agent saw it, another of this name, and work of its own.
      served(1, 1, { origin: 'ebpf', spanId: id(96_900) }),
      served(3, 1, { namespace: 'near' }),
      served(4, 1, { kind: 1, parentId: id(96_001) }),
    );
    map.clockMs = now;
    await map.look();
    const range = `from=${atMs}&to=${atMs + 2 * MINUTE_MS}`;
    const path = `/api/v1/map/calls?${range}&server=service~~far~hut`;
    const hut = await map.sonde.get(path, MapCallsSchema);
    expect(hut).toMatchObject({
      ...{ requestsByStep: [5, 2], errorsByStep: [5, 0], gapP95NsByStep: [null, null] },
      operations: [
        { name: 'GET /', requestsPerSecond: 6 / 120, errorRatio: 5 / 6 },
        { name: 'GET /more', requestsPerSecond: 1 / 120, errorRatio: 0 },
      ],
    });
    expect(hut.durationP50NsByStep[0]).toBeCloseTo(4 * MS, -6);
    expect(hut.durationP95NsByStep[1]).toBeGreaterThan(800 * MS);
    const { served: all } = await map.sonde.get(`/api/v1/map?${range}`, MapSchema);
    const [first] = all.filter(({ namespace }) => namespace === 'far');
    expect(first?.requestsPerSecond).toBe(7 / 120);
  });

  it('counts all calls of an SDK where an agent sampled what the other side saw', async () => {
    const atMs = now - 330 * MINUTE_MS;
    const more = { peer_service: 'scale' };
    const side = (n: number, of: Partial<SpanSeed>): SpanSeed => ({
      ...{ traceId: trace(90_900 + n), atMs, durationNs: 2 * MS, error: n < 3 },
      ...{ spanId: id(99_000 + n), service: 'counter', name: 'GET', kind: 3, more },
      ...of,
    });
    const calls = [0, 1, 2, 3, 4].map((n) => side(n, {}));
    // The agent sees both sides of some, and stands for others with them.
    const seen = [0, 1, 2, 3].flatMap((n) => {
      const byAgent = { origin: 'ebpf', weight: 10 } as const;
      const [caller, called] = [{ spanId: id(99_100 + n) }, { spanId: id(99_200 + n) }];
      const answer = { ...called, parentId: id(99_000 + n), service: 'scale', kind: 2, more: {} };
      return [side(n, { ...byAgent, ...caller }), side(n, { ...byAgent, ...answer })];
    });
    await map.add(...calls, ...seen);
    map.clockMs = now;
    await map.look();
    const path = `/api/v1/map?from=${atMs}&to=${atMs + MINUTE_MS}`;
    const { edges } = await map.sonde.get(path, MapSchema);
    expect(edges).toMatchObject([
      { client: { name: 'counter' }, server: { name: 'scale' }, requests: 5, errors: 3 },
    ]);
  });

  it('says how many minutes with spans are not on it yet', async () => {
    const atMs = now - 360 * MINUTE_MS;
    const span = (n: number): SpanSeed => ({
      ...{ traceId: trace(90_800 + n), spanId: id(98_000 + n), atMs: atMs + n * MINUTE_MS },
      ...{ durationNs: 2 * MS, service: 'late', name: 'come', kind: 2 },
    });
    await map.add(span(0), span(1), span(2), span(3));
    map.clockMs = now;
    // A look without time joins one minute, the newest.
    const job = map.job(undefined, undefined, { lookMsMax: 0 });
    expect(await job.look()).toBe(1);
    await job.stop();
    const path = `/api/v1/map?from=${atMs}&to=${atMs + 5 * MINUTE_MS}`;
    const before = await map.sonde.get(path, MapSchema);
    expect(before).toMatchObject({ minutesWaiting: 3, joinedUntilMs: atMs + 4 * MINUTE_MS });
    // Nothing of this range is joined, what comes after it is.
    const first = `/api/v1/map?from=${atMs}&to=${atMs + 2 * MINUTE_MS}`;
    const none = { minutesWaiting: 2, joinedUntilMs: null };
    expect(await map.sonde.get(first, MapSchema)).toMatchObject(none);
    await map.look();
    expect((await map.sonde.get(path, MapSchema)).minutesWaiting).toBe(0);
  });

  it('has the time between both sides beside what a service served, callers without spans too', async () => {
    const atMs = now - 300 * MINUTE_MS;
    const span = (n: number, more: Partial<SpanSeed>): SpanSeed => ({
      ...{ traceId: trace(90_700), spanId: id(97_000 + n), atMs, durationNs: 4 * MS },
      ...{ service: 'gate', name: 'open', ...more },
    });
    await map.add(
      span(0, { service: 'guest', kind: 3, durationNs: 10 * MS }),
      span(1, { kind: 2, parentId: id(97_000) }),
      span(2, { kind: 2, traceId: trace(90_701), weight: 2 }),
    );
    map.clockMs = now;
    await map.look();
    const range = `from=${atMs}&to=${atMs + MINUTE_MS}`;
    const path = `/api/v1/map/calls?${range}&server=service~~~gate`;
    const gate = await map.sonde.get(path, MapCallsSchema);
    expect(gate.requestsByStep).toEqual([3]);
    expect(gate.gapP95NsByStep[0]).toBeGreaterThan(4 * MS);
    const pair = await map.sonde.get(`${path}&client=service~~~guest`, MapCallsSchema);
    expect(pair.requestsByStep).toEqual([1]);
  });
});
