import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MapCallsSchema, MapSchema } from '../src/api/map/schema.ts';
import { connections, roundTrips, type SeenRoundTrips } from './connection-points.ts';
import { type MapFixture, MINUTE_MS, startMap } from './map-fixture.ts';

const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
const S = 1000;
const HOUR_MS = 3_600_000;
const BOUNDS = [0.0001, 0.0005, 0.001];
const STOCK = { address: '10.0.2.1', port: '80', peer: 'stock' };

let map: MapFixture;

beforeAll(async () => {
  map = await startMap(now);
});

afterAll(() => map.close());

/** Round trips, and a connection of the same client, or nobody would know that there is one. */
async function add(...seen: readonly SeenRoundTrips[]): Promise<void> {
  const opened = seen.map(({ bounds: _, points: __, ...one }) => ({
    ...{
      ...one,
      what: 'sent',
      points: [
        [-10 * S, 1],
        [10 * S, 61],
        [70 * S, 91],
      ],
    },
    temporality: 2,
  })) as Parameters<typeof connections>[0];
  for (const statement of [...connections(opened), ...roundTrips(seen)]) {
    await map.sonde.run(statement);
  }
}

/** `service measures sum in us [bounds in us] [counts]` of a minute. */
async function found(minuteMs: number): Promise<readonly string[]> {
  const rows = await map.sonde.rows(`SELECT concat(client_service, ' ', toString(rtt_measures), ' ',
      toString(round(rtt_ns_sum / 1000)), ' ', toString(arrayMap(b -> b / 1000, rtt_histogram.1)),
      ' ', toString(rtt_histogram.2)) AS text
    FROM sonde.connections_1m
    WHERE time = toDateTime(${minuteMs / 1000}, 'UTC') AND (time, version) IN (
      SELECT time, max(version) FROM sonde.edge_minutes GROUP BY time)
    ORDER BY text`);
  return rows.map(({ text }) => String(text));
}

describe('round trips of a minute', () => {
  it('are what histograms added in it, however they begin, with every bound', async () => {
    const atMs = now - 10 * MINUTE_MS;
    const of = (service: string, startMs = atMs - HOUR_MS) => ({
      ...{ service, startMs, atMs, bounds: BOUNDS, ...STOCK },
    });
    await add(
      {
        ...of('web'),
        points: [
          [-70 * S, [1, 0, 0, 0], 0.00005],
          [-10 * S, [5, 0, 0, 0], 0.0003],
          [20 * S, [5, 3, 0, 0], 0.0012],
          [50 * S, [5, 4, 0, 2], 0.0315],
        ],
      },
      { ...of('born', atMs + S), points: [[10 * S, [2, 0, 0, 0], 0.0001]] },
      // What was before is not known.
      { ...of('known'), points: [[10 * S, [2, 0, 0, 0], 0.0001]] },
      {
        ...of('fallen'),
        points: [
          [-10 * S, [5, 0, 0, 0], 0.0003],
          [20 * S, [0, 1, 0, 0], 0.0002],
        ],
      },
      {
        ...{ ...of('delta'), temporality: 1 },
        points: [
          [-10 * S, [5, 0, 0, 0], 0.0003],
          [20 * S, [0, 1, 0, 0], 0.0002],
          [30 * S, [1, 0, 0, 0], Number.NaN],
        ],
      },
    );
    await map.look();
    expect(await found(atMs)).toEqual([
      'born 2 100 [100,500,1000] [2,0,0]',
      'delta 2 200 [100,500,1000] [1,1,0]',
      'fallen 1 200 [100,500,1000] [0,1,0]',
      'known 0 0 [100,500,1000] [0,0,0]',
      'web 6 31200 [100,500,1000] [0,4,2]',
    ]);
  });

  it('are added up where agents have other bounds, and may have none', async () => {
    const atMs = now - 20 * MINUTE_MS;
    const client = { startMs: atMs + S, atMs, ...STOCK };
    await add(
      { ...client, service: 'web', bounds: BOUNDS, points: [[10 * S, [0, 4, 0, 0], 0.0012]] },
      {
        ...{ ...client, service: 'web', address: '10.0.2.2', bounds: [0.0002, 0.0005] },
        points: [[10 * S, [3, 1, 0], 0.0007]],
      },
      { ...client, service: 'bare', bounds: [], points: [[10 * S, [4], 0.002]] },
    );
    await map.look();
    expect(await found(atMs)).toEqual([
      'bare 4 2000 [] []',
      'web 8 1900 [100,200,500,1000] [0,3,5,0]',
    ]);
  });

  it('are on the edges of the map, and by step', async () => {
    const atMs = now - 40 * MINUTE_MS;
    const client = { service: 'shop', startMs: atMs - HOUR_MS, atMs, bounds: BOUNDS, ...STOCK };
    await add({
      ...client,
      points: [
        [-10 * S, [9, 0, 0, 0], 0.0009],
        [10 * S, [9, 10, 0, 0], 0.0039],
        [70 * S, [9, 10, 5, 0], 0.0084],
      ],
    });
    await map.look();
    const range = `from=${atMs}&to=${atMs + 3 * MINUTE_MS}`;
    const { edges } = await map.sonde.get(`/api/v1/map?${range}`, MapSchema);
    expect(edges).toHaveLength(1);
    const { roundTrip } = edges[0] ?? {};
    expect(roundTrip).toMatchObject({ measures: 15 });
    expect(roundTrip?.meanNs).toBeCloseTo(500_000, 3);
    // 14.25 of 15: the 4.25th of five between 0.5 and 1 ms.
    expect(roundTrip?.p95Ns).toBeCloseTo(925_000, 3);
    const calls = await map.sonde.get(
      `/api/v1/map/calls?client=service~~~shop&server=service~~~stock&${range}`,
      MapCallsSchema,
    );
    const rounded = (times: readonly (number | null)[]) =>
      times.map((time) => (time === null ? null : Math.round(time)));
    expect(rounded(calls.roundTripMeanNsByStep)).toEqual([300_000, 900_000, null]);
    expect(rounded(calls.roundTripP95NsByStep)).toEqual([480_000, 975_000, null]);
  });
});
