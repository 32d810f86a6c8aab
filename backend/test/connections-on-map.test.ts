import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MapCallsSchema, MapSchema } from '../src/api/map/schema.ts';
import type { StreamMessage } from '../src/streams/stream-message.ts';
import { connections, type SeenConnection } from './connection-points.ts';
import { id, type MapFixture, MINUTE_MS, MS, startMap, trace } from './map-fixture.ts';
import type { Row, SpanSeed } from './seed.ts';

const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
const S = 1000;
const HOUR_MS = 3_600_000;
const ELSEWHERE = { address: '10.0.0.5', port: '9000' };

let map: MapFixture;

beforeAll(async () => {
  map = await startMap(now);
});

afterAll(() => map.close());

async function add(...seen: readonly SeenConnection[]): Promise<void> {
  for (const statement of connections(seen)) await map.sonde.run(statement);
}

describe('edges of the map', () => {
  const range = (atMs: number): string => `from=${atMs}&to=${atMs + MINUTE_MS}`;

  it('have what their connections carried, those of connections alone too', async () => {
    const atMs = now - 70 * MINUTE_MS;
    const client = { service: 'shop', namespace: 'eu', startMs: atMs + S, atMs };
    const call = (n: number, more: Row, seed: Partial<SpanSeed> = {}): SpanSeed => ({
      ...{ traceId: trace(n), spanId: id(n), atMs, durationNs: 5 * MS, kind: 3, more, ...seed },
      ...{ service: 'shop', namespace: 'eu', name: `call ${n}` },
    });
    await map.add(
      call(1, { peer_service: 'stock' }),
      // Where stock is, is known by its own calls.
      { ...call(2, { peer_service: 'elsewhere' }), service: 'stock', namespace: 'eu' },
      call(3, { peer_service: 'store', db_system: 'redis' }),
    );
    await add(
      {
        ...client,
        what: 'sent',
        points: [[10 * S, 600]],
        address: '10.0.2.1',
        port: '80',
        peer: 'stock',
      },
      {
        ...client,
        what: 'received',
        points: [[10 * S, 1200]],
        address: '10.0.2.1',
        port: '80',
        peer: 'stock',
      },
      {
        ...client,
        what: 'opened',
        points: [[10 * S, 3]],
        address: '10.0.2.1',
        port: '80',
        peer: 'stock',
      },
      // The agent did not see what it speaks; spans did.
      {
        ...client,
        what: 'sent',
        points: [[10 * S, 60]],
        address: '10.0.2.2',
        port: '6379',
        peer: 'store',
      },
      { ...client, what: 'failures', points: [[10 * S, 6]], address: '10.0.2.3', port: '25' },
      { ...client, what: 'retransmits', points: [[10 * S, 30]], address: '10.0.2.3', port: '25' },
    );
    await map.look();
    const { edges, gone } = await map.sonde.get(`/api/v1/map?${range(atMs)}`, MapSchema);
    const named = new Map(edges.map((edge) => [edge.server.name, edge]));
    expect([...named.keys()].sort()).toEqual(['10.0.2.3:25', 'elsewhere', 'stock', 'store']);
    expect(named.get('stock')).toMatchObject({
      ...{ server: { kind: 'service', namespace: 'eu' }, requests: 1, requestsPerSecond: 1 / 60 },
      ...{ bytesPerSecond: { sent: 10, received: 20 }, connectionsPerSecond: 3 / 60 },
      ...{ connectFailuresPerSecond: 0, retransmitsPerSecond: 0 },
    });
    expect(named.get('store')).toMatchObject({
      ...{ server: { kind: 'database' }, requests: 1, bytesPerSecond: { sent: 1, received: 0 } },
    });
    expect(named.get('elsewhere')).toMatchObject({
      bytesPerSecond: null,
      connectionsPerSecond: null,
    });
    expect(named.get('10.0.2.3:25')).toMatchObject({
      ...{
        requests: 0,
        requestsPerSecond: null,
        origin: 'ebpf',
        protocols: ['tcp'],
        durationP95Ns: 0,
      },
      ...{ connectFailuresPerSecond: 0.1, connectionsPerSecond: 0, retransmitsPerSecond: 0.5 },
    });
    expect(gone).toEqual([]);
    // A minute later they are gone.
    const later = await map.sonde.get(`/api/v1/map?${range(atMs + MINUTE_MS)}`, MapSchema);
    expect(later.edges).toEqual([]);
    expect(later.gone.map(({ server }) => server.name).sort()).toEqual([...named.keys()].sort());
    expect(later.gone.find(({ server }) => server.name === 'stock')?.bytesPerSecond).toEqual({
      ...{ sent: 10, received: 20 },
    });
  });

  it('have their connections by step', async () => {
    const atMs = now - 80 * MINUTE_MS;
    const client = { service: 'step', startMs: atMs - HOUR_MS, atMs, ...ELSEWHERE };
    await add(
      {
        ...client,
        what: 'sent',
        points: [
          [-10 * S, 0],
          [10 * S, 100],
          [130 * S, 400],
        ],
      },
      {
        ...client,
        what: 'opened',
        points: [
          [-10 * S, 5],
          [10 * S, 6],
          [130 * S, 6],
        ],
      },
      {
        ...client,
        what: 'failures',
        points: [
          [-10 * S, 0],
          [130 * S, 2],
        ],
      },
      {
        ...client,
        address: '10.0.0.6',
        what: 'sent',
        points: [
          [-10 * S, 0],
          [10 * S, 1],
        ],
      },
    );
    await map.look();
    const query = `client=service~~~step&server=external~~~10.0.0.5%253A9000&from=${atMs}&to=${atMs + 4 * MINUTE_MS}`;
    const answer = await map.sonde.get(`/api/v1/map/calls?${query}`, MapCallsSchema);
    expect(answer).toMatchObject({
      ...{ stepMs: MINUTE_MS, requestsByStep: [0, 0, 0, 0] },
      bytesSentByStep: [100, null, 300, null],
      bytesReceivedByStep: [0, null, 0, null],
      connectionsByStep: [1, null, 0, null],
      connectFailuresByStep: [0, null, 2, null],
    });
  });
});

describe('minutes for other programs', () => {
  it('tell of the connections of each pair, with or without calls', async () => {
    const { $defs } = JSON.parse(
      readFileSync(new URL('../../docs/streams.schema.json', import.meta.url), 'utf8'),
    );
    const Payload = z.fromJSONSchema({ ...$defs.serviceMap1, $defs });
    const atMs = now - 90 * MINUTE_MS;
    const client = { service: 'told', startMs: atMs + S, atMs };
    await map.add({
      ...{
        traceId: trace(800),
        spanId: id(800),
        atMs,
        durationNs: MS,
        service: 'told',
        name: 'ask',
      },
      ...{ kind: 3, more: { peer_service: 'vault' } },
    });
    await add(
      {
        ...client,
        what: 'sent',
        points: [[10 * S, 70]],
        address: '10.0.8.1',
        port: '1',
        peer: 'vault',
      },
      { ...client, what: 'failures', points: [[10 * S, 2]], address: '10.0.8.2', port: '25' },
    );
    const told: StreamMessage[] = [];
    const job = map.job('teller', async (messages) => void told.push(...messages));
    for (let turn = 0; turn < 20 && (await job.look()) > 0; turn++);
    await job.stop();
    const payloads = told.filter(({ time }) => time === atMs).map(({ payload }) => payload);
    for (const payload of payloads) expect(Payload.safeParse(payload).error).toBeUndefined();
    const nothing = { opened: 0, failures: 0, bytesSent: 0, bytesReceived: 0, retransmits: 0 };
    expect(payloads).toMatchObject([
      {
        ...{ server: { name: 'vault' }, calls: [{ operation: 'ask', requests: 1 }] },
        connections: [{ ...nothing, protocol: 'tcp', bytesSent: 70 }],
      },
      {
        ...{ server: { kind: 'external', name: '10.0.8.2:25' }, calls: [] },
        connections: [{ ...nothing, protocol: 'tcp', failures: 2 }],
      },
    ]);
  });
});
