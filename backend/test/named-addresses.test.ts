import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MapSchema } from '../src/api/map/schema.ts';
import { connections, type SeenConnection } from './connection-points.ts';
import { id, type MapFixture, MINUTE_MS, MS, startMap, trace } from './map-fixture.ts';
import type { SpanSeed } from './seed.ts';

const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
const S = 1000;
const POSTGRES = { db_system: 'postgresql', host: '' };
const HTTP = { more: { http_request_method: 'GET', host: '' } };

let map: MapFixture;
let spans = 0;

beforeAll(async () => {
  map = await startMap(now);
});

afterAll(() => map.close());

/** A minute that no other test writes into; the fourth within an hour or later. */
function minute(back: number): number {
  const atMs = now - back * 30 * MINUTE_MS;
  return atMs - (atMs % (30 * MINUTE_MS)) + 4 * MINUTE_MS;
}

/** A call of a client library that says these attributes. */
function call(
  atMs: number,
  service: string,
  said: Readonly<Record<string, string>>,
  more: Partial<SpanSeed> = { more: POSTGRES },
): SpanSeed {
  spans++;
  return {
    ...{ traceId: trace(spans), spanId: id(spans), atMs, durationNs: MS, service, kind: 3 },
    ...{ name: 'SELECT', attributes: Object.entries(said), ...more },
  };
}

/** What the agent counted of a connection that was opened in the minute. */
function sent(atMs: number, service: string, more: Partial<SeenConnection>): SeenConnection {
  return {
    ...{ service, atMs, startMs: atMs + S, what: 'sent', address: '10.1.0.1', port: '5432' },
    ...{ points: [[10 * S, 60]], ...more },
  };
}

async function add(...seen: readonly SeenConnection[]): Promise<void> {
  for (const statement of connections(seen)) await map.sonde.run(statement);
}

/** `client -> server kind requests bytes` of every edge of a minute; `-`: no such side. */
async function edges(atMs: number): Promise<readonly string[]> {
  const range = `from=${atMs}&to=${atMs + MINUTE_MS}`;
  const { edges: found } = await map.sonde.get(`/api/v1/map?${range}`, MapSchema);
  return found
    .map(({ client, server, requests, bytesPerSecond }) => {
      const bytes = bytesPerSecond === null ? '-' : bytesPerSecond.sent * 60;
      return `${client.name} -> ${server.name} ${server.kind} ${requests} ${bytes}`;
    })
    .sort();
}

describe('a database that a library calls by name and an agent sees by address', () => {
  it('is one edge', async () => {
    const atMs = minute(2);
    await map.add(
      call(atMs, 'shop', { 'server.address': 'db', 'server.port': '5432' }),
      // What the port is, instrumentation need not say where it is the usual one.
      call(atMs, 'bare', { 'server.address': 'db' }),
      call(
        atMs,
        'older',
        { 'net.peer.name': 'cache', 'net.peer.port': '6379' },
        {
          more: { ...POSTGRES, db_system: 'redis' },
        },
      ),
    );
    await add(
      sent(atMs, 'shop', {}),
      sent(atMs, 'bare', {}),
      sent(atMs, 'older', { address: '10.1.0.2', port: '6379', protocol: 'redis' }),
    );
    await map.look();
    const once = [
      'bare -> db:5432 database 1 60',
      'older -> cache:6379 database 1 60',
      'shop -> db:5432 database 1 60',
    ];
    expect(await edges(atMs)).toEqual(once);
    await map.sonde.run('TRUNCATE TABLE sonde.edge_minutes');
    map.clockMs++;
    await map.look();
    expect(await edges(atMs)).toEqual(once);
  });

  it('is one whichever of the two comes first', async () => {
    const atMs = minute(4);
    const span = (service: string) => call(atMs, service, { 'server.address': 'db' });
    map.clockMs = atMs + 2 * MINUTE_MS;
    await add(sent(atMs, 'agent-first', {}));
    await map.add(span('span-first'));
    await map.look();
    expect(await edges(atMs)).toEqual([
      'agent-first -> 10.1.0.1:5432 external 0 60',
      'span-first -> db:5432 database 1 -',
    ]);
    await map.add(span('agent-first'));
    await add(sent(atMs, 'span-first', {}));
    map.clockMs = atMs + 5 * MINUTE_MS;
    await map.look();
    expect(await edges(atMs)).toEqual([
      'agent-first -> db:5432 database 1 60',
      'span-first -> db:5432 database 1 60',
    ]);
    expect(await map.look()).toBe(0);
    map.clockMs = now;
  });

  it('is told by nobody where several names or addresses may be meant', async () => {
    const atMs = minute(6);
    await map.add(
      call(atMs, 'two-addresses', { 'server.address': 'db', 'server.port': '5432' }),
      call(atMs, 'two-names', { 'server.address': 'db-1', 'server.port': '5432' }),
      call(atMs, 'two-names', { 'server.address': 'db-2', 'server.port': '5432' }),
      call(atMs, 'other-port', { 'server.address': 'db', 'server.port': '5433' }),
      call(atMs, 'no-database', { 'server.address': 'api', 'server.port': '5432' }, HTTP),
      call(atMs, 'socket', { 'server.address': '/run/postgresql' }),
      call(atMs, 'own', { 'server.address': 'localhost' }, { more: { ...POSTGRES, host: 'h1' } }),
    );
    await add(
      sent(atMs, 'two-addresses', { address: '10.1.1.1' }),
      sent(atMs, 'two-addresses', { address: '10.1.1.2' }),
      ...['two-names', 'other-port', 'no-database', 'socket', 'own'].map((service) =>
        sent(atMs, service, { address: '10.1.1.3' }),
      ),
    );
    await map.look();
    expect(await edges(atMs)).toEqual([
      'no-database -> 10.1.1.3:5432 external 0 60',
      'no-database -> api:5432 external 1 -',
      'other-port -> 10.1.1.3:5432 external 0 60',
      'other-port -> db:5433 database 1 -',
      'own -> 10.1.1.3:5432 external 0 60',
      'own -> h1:5432 database 1 -',
      'socket -> /run/postgresql database 1 -',
      'socket -> 10.1.1.3:5432 external 0 60',
      'two-addresses -> 10.1.1.1:5432 external 0 60',
      'two-addresses -> 10.1.1.2:5432 external 0 60',
      'two-addresses -> db:5432 database 1 -',
      'two-names -> 10.1.1.3:5432 external 0 60',
      'two-names -> db-1:5432 database 1 -',
      'two-names -> db-2:5432 database 1 -',
    ]);
  });

  it('is told apart by spans that say the address too', async () => {
    const atMs = minute(8);
    const at = (name: string, address: string) => ({
      ...{ 'server.address': name, 'server.port': '5432', 'network.peer.address': address },
    });
    await map.add(
      call(atMs, 'java', at('db-1', '10.1.2.1')),
      call(atMs, 'java', at('db-2', '10.1.2.2')),
      // What is left is one name and one address.
      call(atMs, 'java', { 'server.address': 'db-3', 'server.port': '5432' }),
      call(atMs, 'pool', at('pool', '10.1.2.4')),
      call(atMs, 'pool', at('pool', '10.1.2.5')),
      call(atMs, 'web', { ...at('pay', '10.1.2.6'), 'server.port': '8080' }, HTTP),
    );
    await add(
      ...['1', '2', '3'].map((n) => sent(atMs, 'java', { address: `10.1.2.${n}` })),
      ...['4', '5'].map((n) => sent(atMs, 'pool', { address: `::ffff:10.1.2.${n}` })),
      sent(atMs, 'web', { address: '10.1.2.6', port: '8080' }),
    );
    await map.look();
    expect(await edges(atMs)).toEqual([
      'java -> db-1:5432 database 1 60',
      'java -> db-2:5432 database 1 60',
      'java -> db-3:5432 database 1 60',
      'pool -> pool:5432 database 2 120',
      'web -> pay:8080 external 1 60',
    ]);
  });

  it('keeps its name when it moves to another address', async () => {
    const atMs = minute(10);
    const later = atMs + 2 * MINUTE_MS;
    const span = (ms: number) => call(ms, 'mover', { 'server.address': 'db' });
    const points = {
      points: [
        [10 * S, 60],
        [130 * S, 60],
      ] as const,
    };
    await map.add(span(atMs), span(later));
    await add(
      sent(atMs, 'mover', { address: '10.1.3.1', ...points }),
      sent(later, 'mover', { address: '10.1.3.2' }),
    );
    await map.look();
    expect(await edges(atMs)).toEqual(['mover -> db:5432 database 1 60']);
    expect(await edges(later)).toEqual(['mover -> db:5432 database 1 60']);
  });

  it('is one for clients without a library too, within their cluster', async () => {
    const atMs = minute(12);
    const of = (service: string, address: string) =>
      call(
        atMs,
        service,
        { 'server.address': address, 'network.peer.address': address, 'server.port': '5432' },
        { more: POSTGRES, origin: 'ebpf' },
      );
    await map.add(
      call(atMs, 'shop', { 'server.address': 'db' }),
      of('legacy', '10.1.4.1'),
      // Its own requests as the agent reads them count beside those of the library, once.
      of('shop', '10.1.4.1'),
    );
    await add(
      sent(atMs, 'shop', { address: '10.1.4.1' }),
      sent(atMs, 'legacy', { address: '10.1.4.1', protocol: 'postgresql' }),
      sent(atMs, 'legacy', { address: '10.1.4.2', protocol: 'postgresql' }),
    );
    await map.look();
    expect(await edges(atMs)).toEqual([
      'legacy -> 10.1.4.2:5432 database 0 60',
      'legacy -> db:5432 database 1 60',
      'shop -> db:5432 database 1 60',
    ]);
  });

  it('is the service that an agent sees at that address', async () => {
    const atMs = minute(14);
    await map.add(
      call(atMs, 'shop', { 'server.address': 'db' }),
      call(atMs, 'near', { 'server.address': 'db' }),
      {
        ...call(atMs, 'postgres', { 'server.port': '5432', 'network.local.address': '10.1.5.1' }),
        ...{ kind: 2, origin: 'ebpf', namespace: 'data', more: { host: 'h2' } },
      },
    );
    await add(
      sent(atMs, 'shop', { address: '10.1.5.1' }),
      sent(atMs, 'near', { address: '10.1.5.2', peer: 'postgres-15', protocol: 'postgresql' }),
    );
    await map.look();
    expect(await edges(atMs)).toEqual([
      'near -> postgres-15 database 1 60',
      'shop -> postgres database 1 60',
    ]);
  });

  it('is one node, whoever names it: libraries by the own host, agents by its process', async () => {
    const atMs = minute(15);
    const own = { 'server.address': '127.0.0.1', 'server.port': '5432' };
    const onHost = { more: { db_system: 'postgresql', host: 'h1' } };
    await map.add(
      call(atMs, 'shop', own, onHost),
      {
        ...call(atMs, 'shop', { ...own, 'network.peer.address': '127.0.0.1' }, onHost),
        ...{ more: { ...onHost.more, peer_service: 'postgres' }, origin: 'ebpf' },
      },
      {
        ...call(atMs, 'postgres', { 'server.port': '5432' }, onHost),
        ...{ kind: 2, origin: 'ebpf', namespace: 'data' },
      },
    );
    await add(
      sent(atMs, 'shop', { address: '127.0.0.1', peer: 'postgres', protocol: 'postgresql' }),
      // Opened and closed, without a request: it is known by who listens alone.
      sent(atMs, 'prober', { address: '127.0.0.1', points: [[10 * S, 6]] }),
    );
    await map.look();
    expect(await edges(atMs)).toEqual([
      'prober -> postgres database 0 6',
      'shop -> postgres database 1 60',
    ]);
    const range = `from=${atMs}&to=${atMs + MINUTE_MS}`;
    const answer = await map.sonde.get(`/api/v1/map?${range}`, MapSchema);
    expect(answer.edges.map(({ server }) => server.namespace)).toEqual(['data', 'data']);
  });
});
