import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoverageSchema } from '../src/api/coverage/schema.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { insertSql, logRow, pointRow, seriesRow, spanRow } from './seed.ts';

const MINUTE = 60_000;
const now = Math.floor(Date.now() / MINUTE) * MINUTE;

let sonde: Sonde;
let nextSeries = 1;

interface Told {
  readonly service: string;
  readonly signal: string;
  readonly reason?: string;
  readonly value: number;
  readonly agoMs?: number;
  /** Of connections. */
  readonly more?: readonly [string, string][];
}

/** What an agent says: a series and its last point. */
function told({ service, signal, reason = '', value, agoMs = 30_000, more = [] }: Told): {
  series: ReturnType<typeof seriesRow>;
  point: ReturnType<typeof pointRow>;
} {
  const series = nextSeries++;
  const atMs = now - agoMs;
  const metric = `sonde.coverage.${signal === 'requests' ? 'connections' : 'processes'}`;
  const attributes: [string, string][] = [
    ['sonde.signal', signal],
    ['sonde.coverage', reason === '' ? 'seen' : 'unseen'],
    ['sonde.reason', reason],
    ...more,
  ];
  return {
    series: { ...seriesRow({ metric, series, kind: 5, atMs, service, attributes }), host: 'h1' },
    point: pointRow({ metric, series, atMs, value }),
  };
}

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  const all = [
    told({ service: 'cart', signal: 'metrics', value: 2 }),
    told({ service: 'cart', signal: 'logs', reason: 'null', value: 2 }),
    told({
      ...{ service: 'cart', signal: 'requests', value: 40 },
      more: [
        ['network.protocol.name', 'http'],
        ['sonde.secure', 'true'],
      ],
    }),
    told({
      ...{ service: 'cart', signal: 'requests', reason: 'tls_java', value: 7 },
      more: [
        ['sonde.side', 'client'],
        ['server.address', 'pay.example'],
        ['server.port', '443'],
        ['network.peer.address', '192.0.2.7'],
      ],
    }),
    told({
      ...{ service: 'cart', signal: 'requests', reason: 'tls_java', value: 3 },
      more: [['otel.metric.overflow', 'true']],
    }),
    told({ service: 'web', signal: 'metrics', value: 1 }),
    // It had no log until a moment ago.
    told({ service: 'web', signal: 'logs', reason: 'pipe', value: 1, agoMs: 60_000 }),
    told({ service: 'web', signal: 'logs', value: 1 }),
    told({ service: 'gone', signal: 'metrics', value: 1, agoMs: 20 * MINUTE }),
  ];
  await sonde.run(
    insertSql(
      'metric_series',
      all.map(({ series }) => series),
    ),
  );
  await sonde.run(
    insertSql(
      'metric_samples',
      all.map(({ point }) => point),
    ),
  );
  const span = { name: 'GET /', atMs: now - 5 * MINUTE, durationNs: 1_000 };
  const ids = { traceId: '1'.padStart(32, '0'), spanId: '1'.padStart(16, '0') };
  await sonde.run(
    insertSql('spans', [
      spanRow({ ...ids, ...span, service: 'cart', origin: 'ebpf' }),
      spanRow({ ...ids, ...span, service: 'remote', namespace: 'shop' }),
      spanRow({ ...ids, ...span, service: 'ended', origin: 'ebpf' }),
    ]),
  );
  await sonde.run(insertSql('logs', [logRow({ service: 'web', body: 'hi', atMs: now - MINUTE })]));
});
afterAll(() => sonde.close());

describe('coverage', () => {
  it('says of each service what is seen by whom, and what closes each hole', async () => {
    const range = `from=${now - 60 * MINUTE}&to=${now}`;
    const { services, hosts } = await sonde.get(`/api/v1/coverage?${range}`, CoverageSchema);
    expect(hosts).toEqual([{ host: 'h1', services: 2, processes: 3 }]);
    expect(services.map(({ service }) => service)).toEqual(['cart', 'remote', 'web']);
    const [cart, remote, web] = services;
    expect(cart?.signals).toEqual({
      metrics: { state: 'seen', seen: 2, total: 2, by: ['agent'] },
      logs: { state: 'unseen', seen: 0, total: 2, by: [] },
      requests: { state: 'partly', seen: 40, total: 50, by: ['agent'] },
      traces: { state: 'seen', seen: 1, total: 1, by: ['agent'] },
    });
    expect(cart?.holes.map(({ signal, reason, count }) => [signal, reason, count])).toEqual([
      ['logs', 'null', 2],
      ['requests', 'tls_java', 10],
    ]);
    const why = "Java's own TLS is not read";
    const unread = { seen: false, protocol: '', secure: false, reason: 'tls_java', why };
    expect(cart?.connections).toEqual([
      { ...unread, side: 'client', peer: 'pay.example', port: '443', count: 7 },
      { ...unread, side: '', peer: '', port: '', count: 3 },
      {
        ...{ seen: true, protocol: 'http', secure: true, reason: '', why: '' },
        ...{ side: '', peer: '', port: '', count: 40 },
      },
    ]);
    expect(cart?.holes[0]?.fix).toBe('cart >>/var/log/cart.log 2>&1');
    expect(remote?.holes.map(({ signal, reason }) => [signal, reason])).toEqual([
      ['metrics', 'no_agent'],
      ['logs', 'no_agent'],
    ]);
    expect(remote).toMatchObject({ namespace: 'shop', hosts: [] });
    expect(remote?.signals.traces.by).toEqual(['sdk']);
    expect(web?.holes).toEqual([]);
    expect(web?.signals.logs).toMatchObject({ state: 'seen', by: ['agent'] });
  });

  it('is empty where nothing was', async () => {
    const long = 90 * 24 * 60 * MINUTE;
    const range = `from=${now - long - MINUTE}&to=${now - long}`;
    const answer = await sonde.get(`/api/v1/coverage?${range}`, CoverageSchema);
    expect([answer.hosts, answer.services]).toEqual([[], []]);
  });
});
