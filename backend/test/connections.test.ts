import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EDGES_PER_MINUTE_MAX } from '../src/model/service-map/limits.ts';
import { connections, type SeenConnection } from './connection-points.ts';
import { id, type MapFixture, MINUTE_MS, MS, startMap, trace } from './map-fixture.ts';
import { atNanoSql, insertSql, mapSql, raw } from './seed.ts';

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

/** `client -> server kind protocol opened/failures sent/received retransmits` of a minute. */
async function found(minuteMs: number): Promise<readonly string[]> {
  const rows = await map.sonde.rows(`SELECT concat(client_service, ' -> ', server_service, ' ',
      server_kind, ' ', protocol, ' ', toString(opened), '/', toString(failures), ' ',
      toString(bytes_sent), '/', toString(bytes_received), ' ', toString(retransmits)) AS text
    FROM sonde.connections_1m
    WHERE time = toDateTime(${minuteMs / 1000}, 'UTC') AND (time, version) IN (
      SELECT time, max(version) FROM sonde.edge_minutes GROUP BY time)
    ORDER BY text`);
  return rows.map(({ text }) => String(text));
}

describe('connections of a minute', () => {
  it('are what counters added in it, from the last point before it on', async () => {
    const atMs = now - 10 * MINUTE_MS;
    const web = { service: 'web', ...ELSEWHERE, startMs: atMs - HOUR_MS, atMs };
    await add(
      {
        ...web,
        what: 'opened',
        points: [
          [-10 * S, 7],
          [10 * S, 8],
          [50 * S, 9],
        ],
      },
      {
        ...web,
        what: 'sent',
        points: [
          [-70 * S, 500],
          [-10 * S, 1000],
          [0, 1100],
          [59 * S, 1500],
        ],
      },
      {
        ...web,
        what: 'received',
        points: [
          [-10 * S, 40],
          [59_999, 60],
          [60 * S, 999],
        ],
      },
      // Nothing is known of what it was before.
      { ...web, what: 'retransmits', points: [[10 * S, 70]] },
    );
    expect(await map.look()).toBe(4);
    expect(await found(atMs)).toEqual(['web -> 10.0.0.5:9000 external tcp 2/0 500/20 0']);
    expect(await found(atMs + MINUTE_MS)).toEqual([
      'web -> 10.0.0.5:9000 external tcp 0/0 0/939 0',
    ]);
    expect(await map.look()).toBe(0);
  });

  it('begin with a series, and begin anew with a counter', async () => {
    const atMs = now - 30 * MINUTE_MS;
    const of = (service: string) => ({ service, ...ELSEWHERE, startMs: atMs - HOUR_MS, atMs });
    await add(
      {
        ...of('born'),
        startMs: atMs + S,
        what: 'sent',
        points: [
          [10 * S, 30],
          [20 * S, 50],
        ],
      },
      // It began before the minute, and was first told of within it.
      { ...of('early'), startMs: atMs - 2 * S, what: 'sent', points: [[8 * S, 12]] },
      // Its agent was started anew: the start says so, or the fall.
      { ...of('again'), startMs: atMs + 15 * S, what: 'sent', points: [[20 * S, 900]] },
      {
        ...of('again'),
        what: 'sent',
        points: [
          [-10 * S, 500],
          [10 * S, 600],
        ],
      },
      {
        ...of('fallen'),
        what: 'sent',
        points: [
          [-10 * S, 500],
          [10 * S, 600],
          [20 * S, 50],
        ],
      },
      {
        ...of('delta'),
        temporality: 1,
        what: 'sent',
        points: [
          [-10 * S, 5],
          [10 * S, 6],
          [20 * S, 7],
        ],
      },
      // The last report before is too long ago.
      {
        ...of('silent'),
        what: 'sent',
        points: [
          [-6 * MINUTE_MS, 5],
          [10 * S, 600],
        ],
      },
    );
    await map.look();
    expect(await found(atMs)).toEqual([
      'again -> 10.0.0.5:9000 external tcp 0/0 1000/0 0',
      'born -> 10.0.0.5:9000 external tcp 0/0 50/0 0',
      'delta -> 10.0.0.5:9000 external tcp 0/0 13/0 0',
      'early -> 10.0.0.5:9000 external tcp 0/0 12/0 0',
      'fallen -> 10.0.0.5:9000 external tcp 0/0 150/0 0',
    ]);
  });

  it('take no value that is no count, count a point once, and are those of clients', async () => {
    const atMs = now - 40 * MINUTE_MS;
    const of = (service: string) => ({ service, ...ELSEWHERE, startMs: atMs - HOUR_MS, atMs });
    const points = [
      [-10 * S, 10],
      [5 * S, Number.NaN],
      [10 * S, -4],
      [20 * S, 25],
    ] as const;
    const twice = {
      ...of('twice'),
      what: 'sent',
      points: [
        [-10 * S, 10],
        [20 * S, 25],
      ],
    } as const;
    await add({ ...of('odd'), what: 'sent', points }, twice, twice);
    await add(
      twice,
      {
        ...of('server'),
        side: 'server',
        what: 'sent',
        points: [
          [-10 * S, 10],
          [20 * S, 25],
        ],
      },
      {
        ...of('unknown'),
        side: 'unknown',
        what: 'sent',
        points: [
          [-10 * S, 10],
          [20 * S, 25],
        ],
      },
      // A gauge of that name.
      {
        ...of('gauge'),
        temporality: 0,
        what: 'sent',
        points: [
          [-10 * S, 10],
          [20 * S, 25],
        ],
      },
    );
    await map.look();
    expect(await found(atMs)).toEqual([
      'odd -> 10.0.0.5:9000 external tcp 0/0 15/0 0',
      'twice -> 10.0.0.5:9000 external tcp 0/0 15/0 0',
    ]);
  });

  it('are named as spans name who is called, by all that is known of the address', async () => {
    const atMs = now - 50 * MINUTE_MS;
    const client = { service: 'web', startMs: atMs + S, atMs };
    const opened = { ...client, what: 'opened', points: [[10 * S, 1]] } as const;
    const sent = { ...client, what: 'sent', points: [[10 * S, 9]] } as const;
    await add(
      // The first connection was opened before anybody knew who listens, and in which protocol.
      { ...opened, address: '10.0.1.1', port: '5432' },
      { ...sent, address: '10.0.1.1', port: '5432', peer: 'postgres', protocol: 'postgresql' },
      { ...opened, address: '10.0.1.2', port: '443' },
      { ...sent, address: '10.0.1.2', port: '443', name: 'pay.example', protocol: 'tls' },
      // Two names are at one address.
      { ...opened, address: '10.0.1.3', port: '8080' },
      { ...sent, address: '10.0.1.3', port: '8080', name: 'a.example' },
      { ...sent, address: '10.0.1.3', port: '8080', name: 'b.example' },
      { ...sent, address: '127.0.0.1', port: '9999' },
      { ...sent, address: '10.0.1.4', peer: 'cart' },
      // What another client has for a name is its own affair.
      { ...opened, service: 'other', address: '10.0.1.2', port: '443' },
    );
    await map.look();
    expect(await found(atMs)).toEqual([
      'other -> 10.0.1.2 external tcp 1/0 0/0 0',
      'web -> 10.0.1.3:8080 external tcp 1/0 0/0 0',
      'web -> a.example:8080 external tcp 0/0 9/0 0',
      'web -> b.example:8080 external tcp 0/0 9/0 0',
      'web -> cart service tcp 0/0 9/0 0',
      'web -> h1:9999 external tcp 0/0 9/0 0',
      'web -> pay.example external tls 1/0 9/0 0',
      'web -> postgres database postgresql 1/0 9/0 0',
    ]);
  });

  it('go to whoever had the address then, where agents or resources tell', async () => {
    const atMs = now - 55 * MINUTE_MS;
    const sent = {
      service: 'web',
      startMs: atMs + S,
      what: 'sent',
      atMs,
      points: [[10 * S, 9]],
    } as const;
    await map.add({
      ...{
        traceId: trace(700),
        spanId: id(700),
        atMs,
        durationNs: MS,
        service: 'ledger',
        name: 'ask',
      },
      ...{ kind: 2, origin: 'ebpf', namespace: 'bank', more: { host: 'h2' } },
      attributes: [
        ['server.port', '7000'],
        ['network.local.address', '10.0.7.1'],
      ],
    });
    const owner = {
      tenant: 'default',
      fingerprint: 77,
      bucket: raw(`toStartOfHour(toDateTime(${atMs / 1000}, 'UTC'))`),
    };
    const named = { ...owner, service: 'vault', namespace: 'bank', cluster: '' };
    const attributes = mapSql([['k8s.pod.ip', '10.0.7.2']]);
    await map.sonde.run(
      insertSql('resources', [{ ...named, attributes, message: '', retention_days: 14 }]),
    );
    await map.sonde.run(
      insertSql('resource_history', [
        {
          ...named,
          first_seen: atNanoSql(atMs - MINUTE_MS),
          last_seen: atNanoSql(atMs + MINUTE_MS),
        },
      ]),
    );
    await add(
      { ...sent, address: '::ffff:10.0.7.1', port: '7000', protocol: 'postgresql' },
      { ...sent, address: '10.0.7.1', port: '7001' },
      { ...sent, address: '10.0.7.2', port: '80' },
      // What the agent says of its own host is known better.
      { ...sent, address: '10.0.7.2', port: '81', peer: 'sidecar' },
      { ...sent, service: 'vault', namespace: 'bank', address: '10.0.7.2', port: '80' },
    );
    await map.look();
    expect(await found(atMs)).toEqual([
      'vault -> 10.0.7.2 external tcp 0/0 9/0 0',
      'web -> 10.0.7.1:7001 external tcp 0/0 9/0 0',
      'web -> ledger database postgresql 0/0 9/0 0',
      'web -> sidecar service tcp 0/0 9/0 0',
      'web -> vault service tcp 0/0 9/0 0',
    ]);
  });

  it('go to who takes connections on the host, before the first request is read there', async () => {
    const atMs = now - 45 * MINUTE_MS;
    const of = (
      service: string,
      port: string,
      more: Partial<SeenConnection> = {},
    ): SeenConnection => ({
      ...{ service, port, atMs, startMs: atMs + S, what: 'opened', points: [[10 * S, 2]] },
      ...{ address: '127.0.0.1', host: 'h5', ...more },
    });
    await add(
      of('pool', '5432'),
      of('pool', '7100'),
      of('pool', '7200'),
      of('postgres', '5432', { side: 'server' }),
      of('postgres', '5432', { side: 'server', protocol: 'postgresql' }),
      of('till', '7100', { side: 'server', namespace: 'bank' }),
      // Two that had the port in that hour: nobody knows whose it was.
      of('first', '7200', { side: 'server' }),
      of('second', '7200', { side: 'server' }),
      of('elsewhere', '7200', { side: 'server', host: 'h6' }),
      // Of Sonde's own processes an agent says where they listen, and nothing else.
      of('pool', '4318'),
      of('sonde-gateway', '4318', { what: 'listens', namespace: 'sonde' }),
      of('pool', '7300'),
      of('quiet', '7300', { what: 'listens' }),
    );
    await map.look();
    expect(await found(atMs)).toEqual([
      'pool -> h5:7200 external tcp 2/0 0/0 0',
      'pool -> h5:7300 external tcp 2/0 0/0 0',
      'pool -> postgres database tcp 2/0 0/0 0',
      'pool -> sonde-gateway service tcp 2/0 0/0 0',
      'pool -> till service tcp 2/0 0/0 0',
    ]);
  });

  it('are joined again when points come late, in place of what was there', async () => {
    const atMs = now - 60 * MINUTE_MS;
    const sent = {
      service: 'late',
      ...ELSEWHERE,
      startMs: atMs - HOUR_MS,
      what: 'sent',
      atMs,
    } as const;
    map.clockMs = atMs + 2 * MINUTE_MS;
    await add({
      ...sent,
      points: [
        [-10 * S, 100],
        [20 * S, 130],
      ],
    });
    await map.look();
    expect(await found(atMs)).toEqual(['late -> 10.0.0.5:9000 external tcp 0/0 30/0 0']);
    await add({ ...sent, points: [[50 * S, 170]] });
    map.clockMs = atMs + 5 * MINUTE_MS;
    expect(await map.look()).toBe(1);
    expect(await found(atMs)).toEqual(['late -> 10.0.0.5:9000 external tcp 0/0 70/0 0']);
    expect(await map.look()).toBe(0);
    map.clockMs = now;
  });
});

describe('limits', () => {
  it('what one look has no time for is seen by the next, however old it is', async () => {
    await map.look();
    const backlog = [200, 201, 202].map((back): SeenConnection => {
      const atMs = now - back * MINUTE_MS;
      const client = { service: 'backlog', ...ELSEWHERE, startMs: atMs + S, atMs };
      return { ...client, what: 'sent', points: [[10 * S, 30]] };
    });
    await add(...backlog);
    const job = map.job('hurried', undefined, { lookMsMax: 0 });
    const joined = [await job.look(), await job.look(), await job.look(), await job.look()];
    await job.stop();
    expect(joined).toEqual([1, 1, 1, 0]);
  });

  it('beyond 20,000 pairs of a minute those with the fewest bytes are one', async () => {
    const atMs = now - 100 * MINUTE_MS;
    const pairs = EDGES_PER_MINUTE_MAX + 5;
    const at = (ms: number): string => `fromUnixTimestamp64Milli(toInt64(${ms}), 'UTC')`;
    await map.sonde.run(`INSERT INTO sonde.metric_series (tenant, metric, series, bucket, kind,
        temporality, is_monotonic, service, attributes, retention_days)
      SELECT 'default', 'network.tcp.io', 5000000 + number, toStartOfHour(toDateTime(${atMs / 1000}, 'UTC')),
        7, 2, 1, 'crawler', map('sonde.side', 'client', 'network.io.direction', 'transmit',
          'network.peer.address', concat('host-', toString(number)), 'server.port', '443'), 14
      FROM numbers(${pairs})`);
    await map.sonde.run(`INSERT INTO sonde.metric_samples (tenant, metric, series, timestamp,
        start_timestamp, value, value_type, temporality, is_monotonic, retention_days)
      SELECT 'default', 'network.tcp.io', 5000000 + number, ${at(atMs + 10 * S)}, ${at(atMs + S)},
        1 + number, 1, 2, 1, 14
      FROM numbers(${pairs})`);
    await map.look();
    const [row] = await map.sonde.rows(`SELECT toFloat64(count()) AS rows, sum(bytes_sent) AS bytes,
        sumIf(bytes_sent, client_service = '(other)' AND server_service = '(other)') AS rest
      FROM sonde.connections_1m WHERE time = toDateTime(${atMs / 1000}, 'UTC')`);
    expect(row).toMatchObject({
      ...{ rows: EDGES_PER_MINUTE_MAX + 1, bytes: (pairs * (pairs + 1)) / 2, rest: 15 },
    });
  });
});
