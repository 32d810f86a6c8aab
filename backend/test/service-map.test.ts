import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MapSchema } from '../src/api/map/schema.ts';
import type { StreamMessage } from '../src/streams/stream-message.ts';
import { id, type MapFixture, MINUTE_MS, MS, startMap, trace } from './map-fixture.ts';
import { atNanoSql, insertSql, mapSql, raw, type SpanSeed } from './seed.ts';

const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;

let map: MapFixture;

beforeAll(async () => {
  map = await startMap(now);
});

afterAll(() => map.close());

/** `client -> server kind protocol operation requests/errors duration gap` of a minute, in order. */
async function edges(minuteMs: number): Promise<readonly string[]> {
  const rows = await map.sonde.rows(`SELECT concat(client_service, ' -> ', server_service, ' ',
      client_kind, '>', server_kind, ' ', protocol, ' ', operation, ' ', toString(requests), '/',
      toString(errors), ' ', toString(duration_ns_sum / ${MS}), ' ',
      if(gap_requests = 0, '-', toString(gap_ns_sum / ${MS}))) AS edge
    FROM sonde.edges_1m
    WHERE time = toDateTime(${minuteMs / 1000}, 'UTC') AND (time, version) IN (
      SELECT time, max(version) FROM sonde.edge_minutes GROUP BY time)
    ORDER BY edge`);
  return rows.map(({ edge }) => String(edge));
}

describe('edges of a minute', () => {
  it('join callers and callees, with the gap between their clocks’ times', async () => {
    const atMs = now - 10 * MINUTE_MS;
    await map.add(
      {
        traceId: trace(1),
        spanId: id(1),
        atMs,
        durationNs: 50 * MS,
        service: 'web',
        name: 'GET /',
      },
      {
        ...{ traceId: trace(1), spanId: id(2), parentId: id(1), kind: 3 },
        ...{ atMs: atMs + 1, durationNs: 40 * MS, service: 'web', name: 'GET' },
      },
      {
        ...{ traceId: trace(1), spanId: id(3), parentId: id(2), error: true },
        ...{ atMs: atMs + 2, durationNs: 30 * MS, service: 'cart', name: 'GET /cart' },
        more: { http_request_method: 'GET' },
      },
    );
    expect(await map.look()).toBe(1);
    expect(await edges(atMs)).toEqual(['web -> cart service>service http GET /cart 1/1 40 10']);
    expect(await map.look()).toBe(0);
  });

  it('know databases, queues and hosts outside by what callers say of them', async () => {
    const atMs = now - 9 * MINUTE_MS;
    const of = (n: number): SpanSeed => ({
      ...{ traceId: trace(2), spanId: id(n), atMs, durationNs: 5 * MS, service: 'shop' },
      ...{ name: `call ${n}`, kind: 3 },
    });
    await map.add(
      {
        ...of(10),
        attributes: [
          ['server.address', 'db-1'],
          ['server.port', '5432'],
        ],
        more: { db_system: 'postgresql' },
      },
      { ...of(11), attributes: [['url.full', 'https://pay.example:443/charge?card=1']] },
      { ...of(12), more: { peer_service: 'legacy' } },
      { ...of(13), kind: 4, more: { messaging_destination: 'orders' } },
      {
        ...of(14),
        ...{ kind: 5, service: 'mailer', parentId: id(13) },
        more: { messaging_destination: 'orders' },
      },
      { ...of(15), attributes: [] },
    );
    await map.look();
    expect(await edges(atMs)).toEqual([
      'orders -> mailer messaging>service  call 14 1/0 5 -',
      'shop -> db-1:5432 service>database postgresql call 10 1/0 5 -',
      'shop -> legacy service>service  call 12 1/0 5 -',
      'shop -> orders service>messaging  call 13 1/0 5 -',
      'shop -> pay.example service>external  call 11 1/0 5 -',
    ]);
  });

  it('are those of spans without a kind, of calls to itself, and of clocks that are minutes off', async () => {
    const atMs = now - 8 * MINUTE_MS;
    const one = { traceId: trace(3), durationNs: 5 * MS, kind: 0 };
    await map.add(
      { ...one, spanId: id(20), atMs, service: 'a', name: 'a1' },
      { ...one, spanId: id(21), parentId: id(20), atMs, service: 'a', name: 'inside' },
      { ...one, spanId: id(22), parentId: id(21), atMs, service: 'b', name: 'b1' },
      { ...one, spanId: id(23), parentId: id(22), atMs, service: 'b', name: 'out', kind: 3 },
      { ...one, spanId: id(24), parentId: id(23), atMs, service: 'b', name: 'again', kind: 2 },
      // Its clock is seven minutes fast: it begins in a later minute than who calls it.
      {
        ...{ ...one, spanId: id(25), parentId: id(22), service: 'fast', name: 'f' },
        atMs: atMs + 7 * MINUTE_MS - 30_000,
      },
    );
    await map.look();
    expect(await edges(atMs)).toEqual([
      'a -> b service>service  b1 1/0 5 -',
      'b -> b service>service  again 1/0 5 0',
    ]);
    expect(await edges(atMs + 6 * MINUTE_MS)).toEqual(['b -> fast service>service  f 1/0 5 -']);
  });

  it('count a span that was stored twice once, and the weight of a sampled one', async () => {
    const atMs = now - 7 * MINUTE_MS;
    const parent = {
      traceId: trace(4),
      spanId: id(30),
      atMs,
      durationNs: MS,
      service: 'x',
      name: 'p',
    };
    const child = {
      ...parent,
      spanId: id(31),
      parentId: id(30),
      service: 'y',
      name: 'c',
      weight: 4,
    };
    await map.add(parent, child, child);
    await map.add(parent);
    await map.look();
    expect(await edges(atMs)).toEqual(['x -> y service>service  c 4/0 4 -']);
  });

  it('are joined again when spans come late, and the new ones alone are read', async () => {
    const atMs = now - 6 * MINUTE_MS;
    const caller = {
      traceId: trace(5),
      spanId: id(40),
      atMs,
      durationNs: MS,
      service: 'p',
      name: 'p',
    };
    await map.add({ ...caller, spanId: id(41), parentId: id(40), service: 'q', name: 'q' });
    await map.look();
    expect(await edges(atMs)).toEqual([]);
    const missed = `SELECT argMax(calls, version) AS calls, argMax(unresolved, version) AS unresolved
      FROM sonde.edge_minutes WHERE time = toDateTime(${atMs / 1000}, 'UTC')`;
    expect(await map.sonde.rows(missed)).toEqual([{ calls: 1, unresolved: 1 }]);
    await map.add(caller);
    // Not at once: more may follow.
    expect(await map.look()).toBe(0);
    map.clockMs += 5 * MINUTE_MS;
    expect(await map.look()).toBeGreaterThan(0);
    expect(await edges(atMs)).toEqual(['p -> q service>service  q 1/0 1 -']);
    expect(await map.sonde.rows(missed)).toEqual([{ calls: 1, unresolved: 0 }]);
  });

  it('of one tenant are nobody else’s', async () => {
    const atMs = now - 5 * MINUTE_MS;
    const span = { traceId: trace(6), atMs, durationNs: MS, name: 'n' };
    await map.add(
      { ...span, spanId: id(50), service: 'm', tenant: 'one' },
      { ...span, spanId: id(51), parentId: id(50), service: 'n', tenant: 'two' },
      { ...span, spanId: id(52), parentId: id(50), service: 'o', tenant: 'one' },
    );
    await map.look();
    expect(await edges(atMs)).toEqual(['m -> o service>service  n 1/0 1 -']);
  });

  it('are bounded: the rarest operations and pairs become one', async () => {
    const atMs = now - 4 * MINUTE_MS;
    const span = { traceId: trace(7), atMs, durationNs: MS, name: 'n' };
    const callees = Array.from({ length: 60 }, (_, n) => ({
      ...{ ...span, spanId: id(100 + n), parentId: id(99), service: 'v' },
      name: `op ${String(n).padStart(2, '0')}`,
    }));
    await map.add({ ...span, spanId: id(99), service: 'u' }, ...callees);
    await map.look();
    const found = await edges(atMs);
    expect(found).toHaveLength(51);
    expect(found).toContain('u -> v service>service  (other) 10/0 10 -');
  });

  it('are the work of one replica at a time', async () => {
    const [first, second] = [map.job('first'), map.job('second')];
    const atMs = now - 3 * MINUTE_MS;
    await map.add({
      traceId: trace(8),
      spanId: id(60),
      atMs,
      durationNs: MS,
      service: 'w',
      name: 'w',
    });
    expect(await first.look()).toBe(1);
    await map.add({
      traceId: trace(8),
      spanId: id(61),
      atMs: now - 2 * MINUTE_MS,
      durationNs: MS,
      service: 'w',
      name: 'w',
    });
    expect(await second.look()).toBe(0);
    await first.stop();
    expect(await second.look()).toBe(1);
    await second.stop();
  });
});

describe('the first minute of a map', () => {
  it('is joined while it runs, again when it is over, and none after it before its end', async () => {
    const first = await startMap(now + 30_000);
    try {
      const call = (n: number, atMs: number): SpanSeed => ({
        ...{ traceId: trace(500 + n), spanId: id(5000 + n), atMs, durationNs: MS },
        ...{ service: 'new', name: 'ask', kind: 3, more: { peer_service: 'old' } },
      });
      const requests = async (atMs: number): Promise<unknown> => {
        const [row] = await first.sonde.rows(`SELECT sum(requests) AS requests FROM sonde.edges_1m
          WHERE time = toDateTime(${atMs / 1000}, 'UTC') AND (time, version) IN (
            SELECT time, max(version) FROM sonde.edge_minutes GROUP BY time)`);
        return row?.['requests'];
      };
      await first.add(call(0, now + 1000));
      expect(await first.look()).toBe(1);
      expect(await requests(now)).toBe(1);
      await first.add(call(1, now + 40_000), call(2, now + MINUTE_MS + 1000));
      first.clockMs = now + 2 * MINUTE_MS;
      expect(await first.look()).toBe(1);
      expect(await requests(now)).toBe(2);
      expect(await requests(now + MINUTE_MS)).toBe(0);
    } finally {
      await first.close();
    }
  });
});

describe('minutes for other programs', () => {
  it('are told once they are joined, again when nobody took them, and the last ones at a start', async () => {
    const atMs = now - 240 * MINUTE_MS;
    await map.add({
      ...{
        traceId: trace(85_000),
        spanId: id(85_000),
        atMs,
        durationNs: 2 * MS,
        service: 'teller',
      },
      ...{ name: 'ask', kind: 3, error: true, weight: 2, more: { peer_service: 'vault' } },
    });
    const told: StreamMessage[] = [];
    let isAway = true;
    const publish = async (messages: readonly StreamMessage[]): Promise<void> => {
      if (isAway) throw new Error('nobody there');
      told.push(...messages);
    };
    const start = (holder: string): ReturnType<MapFixture['job']> => map.job(holder, publish);
    map.clockMs = now;
    const first = start('first-teller');
    for (let turn = 0; turn < 20 && (await first.look()) > 0; turn++);
    expect(told).toEqual([]);
    isAway = false;
    await first.look();
    const ofPair = told.filter(({ key }) => key[0] === 'service~~~teller');
    expect(ofPair).toMatchObject([
      {
        ...{ stream: 'sonde.service_map', version: 1, tenant: 'default', windowMs: MINUTE_MS },
        ...{ id: `service~~~teller>service~~~vault@${atMs}`, time: atMs },
        payload: {
          client: { kind: 'service', name: 'teller' },
          calls: [{ operation: 'ask', requests: 2, errors: 2, durationNsSum: 4 * MS }],
        },
      },
    ]);
    await first.stop();
    told.length = 0;
    const second = start('second-teller');
    await second.look();
    await second.stop();
    expect(told.filter(({ key }) => key[0] === 'service~~~teller')).toEqual(ofPair);
  });
});

describe('calls to the own host', () => {
  it('are of the process that the agent saw listening there, seen twice or not', async () => {
    const atMs = now - 200 * MINUTE_MS;
    const local = (address: string) => [
      ['server.address', address] as const,
      ['server.port', '5432'] as const,
    ];
    const call = (n: number, seed: Partial<SpanSeed>): SpanSeed => ({
      ...{ traceId: trace(80_000 + n), spanId: id(80_000 + n), atMs, durationNs: 3 * MS },
      ...{ service: 'billing', name: 'SELECT', kind: 3, ...seed },
    });
    const more = { db_system: 'postgresql', host: 'h1' };
    const listens = { service: 'postgres', name: 'SELECT', kind: 2, origin: 'ebpf' as const };
    const port = [['server.port', '5432'] as const];
    await map.add(
      call(1, { attributes: local('localhost'), more }),
      call(2, { attributes: local('127.0.0.1'), more, origin: 'ebpf' }),
      // Another host has another database, of which no agent knows.
      call(3, { attributes: local('::1'), more: { ...more, host: 'h2' } }),
      call(4, { ...listens, attributes: port, more: { host: 'h1' } }),
      // Whoever had the port before is not meant.
      call(5, {
        ...{ ...listens, service: 'old-database', atMs: atMs - 5 * MINUTE_MS, attributes: port },
        more: { host: 'h1' },
      }),
    );
    map.clockMs = now;
    await map.look();
    const found = (await edges(atMs)).map((edge) => edge.split(' ').slice(0, 4).join(' '));
    expect(found).toEqual([
      'billing -> h2:5432 service>database',
      'billing -> postgres service>database',
      'billing -> postgres service>database',
    ]);
    const range = `from=${atMs}&to=${atMs + MINUTE_MS}`;
    const answer = await map.sonde.get(`/api/v1/map?${range}`, MapSchema);
    const seen = answer.edges.filter(({ server }) => server.name === 'postgres');
    expect(seen).toMatchObject([{ origin: 'sdk', requests: 1, protocols: ['postgresql'] }]);
  });
});

describe('addresses', () => {
  const atMs = now - 300 * MINUTE_MS;
  const hour = (ms: number) => raw(`toDateTime(${Math.floor(ms / 3_600_000) * 3600}, 'UTC')`);
  let fingerprint = 0;

  /** A resource that had an address from then to then. */
  async function owner(
    service: string,
    attributes: readonly (readonly [string, string])[],
    [fromMs, toMs]: readonly [number, number],
  ): Promise<void> {
    fingerprint++;
    const keys = { tenant: 'default', fingerprint, bucket: hour(fromMs), service };
    const identity = { ...keys, namespace: '', cluster: '' };
    await map.sonde.run(
      insertSql('resources', [
        { ...identity, attributes: mapSql(attributes), message: '', retention_days: 14 },
      ]),
    );
    await map.sonde.run(
      insertSql('resource_history', [
        { ...identity, first_seen: atNanoSql(fromMs), last_seen: atNanoSql(toMs) },
      ]),
    );
  }

  const call = (n: number, seed: Partial<SpanSeed>): SpanSeed => ({
    ...{ traceId: trace(90_000 + n), spanId: id(90_000 + n), atMs, durationNs: 3 * MS },
    ...{ service: 'web', name: `call ${n}`, kind: 3, ...seed },
  });

  it('are of the process that an agent saw listening there, else of the one service that had them then', async () => {
    const minutes = (from: number, to: number): [number, number] => [
      atMs + from * MINUTE_MS,
      atMs + to * MINUTE_MS,
    ];
    await owner('cart-before', [['k8s.pod.ip', '10.1.0.9']], minutes(-8, -4));
    await owner('cart', [['k8s.pod.ip', '10.1.0.9']], minutes(-3, 5));
    await owner('one-of-two', [['k8s.pod.ip', '10.1.0.7']], minutes(-5, 5));
    await owner('two-of-two', [['k8s.pod.ip', '10.1.0.7']], minutes(-5, 5));
    await owner('batch', [['host.ip', '["fd00::7","10.1.0.8"]']], minutes(-5, 5));
    await owner('web', [['host.ip', '["10.1.0.1"]']], minutes(-5, 5));
    await map.add(
      call(1, {
        attributes: [
          ['server.address', 'stock.internal'],
          ['server.port', '8080'],
          ['network.peer.address', '::ffff:10.1.0.5'],
        ],
      }),
      call(2, {
        ...{ service: 'stock', kind: 2, origin: 'ebpf' },
        attributes: [
          ['server.port', '8080'],
          ['network.local.address', '10.1.0.5'],
        ],
        more: { host: 'node-2' },
      }),
      call(3, { attributes: [['server.address', '10.1.0.9']] }),
      call(4, { atMs: atMs - 5 * MINUTE_MS, attributes: [['server.address', '10.1.0.9']] }),
      call(5, { attributes: [['server.address', '10.1.0.7']] }),
      call(6, { attributes: [['net.sock.peer.addr', 'fd00:0::7']] }),
      call(7, { attributes: [['server.address', '10.1.0.1']] }),
      // The same address at another port is somebody else.
      call(8, {
        attributes: [
          ['server.address', '10.1.0.5'],
          ['server.port', '9090'],
        ],
      }),
    );
    map.clockMs = now;
    await map.look();
    const short = async (ms: number): Promise<readonly string[]> =>
      (await edges(ms)).map((edge) => edge.replace(/ \d+\/.*/, ''));
    expect(await short(atMs)).toEqual([
      'web -> 10.1.0.1 service>external  call 7',
      'web -> 10.1.0.5:9090 service>external  call 8',
      'web -> 10.1.0.7 service>external  call 5',
      'web -> batch service>service  call 6',
      'web -> cart service>service  call 3',
      'web -> stock service>service  call 1',
    ]);
    expect(await short(atMs - 5 * MINUTE_MS)).toEqual([
      'web -> cart-before service>service  call 4',
    ]);
  });
});
