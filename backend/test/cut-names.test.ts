import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogsSchema } from '../src/api/logs/schema.ts';
import { MapCallsSchema, MapSchema } from '../src/api/map/schema.ts';
import { ServiceDetailSchema, ServicesSchema } from '../src/api/services/schema.ts';
import { TraceSchema, TracesSchema } from '../src/api/traces/schema.ts';
import { SpanPeersSchema, SpansSchema } from '../src/api/traces/span-schema.ts';
import { id, type MapFixture, MINUTE_MS, MS, startMap, trace } from './map-fixture.ts';
import { atNanoSql, insertSql } from './seed.ts';

const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
const atMs = now - 5 * MINUTE_MS;
const range = `from=${atMs}&to=${now}`;
/** Two that begin alike; the cut falls into the middle of a character. */
const START = `${'s'.repeat(1014)}${'\u{1f40c}'.repeat(20)}`;
const NAMES = [`${START}one`, `${START}two`];

let map: MapFixture;

beforeAll(async () => {
  map = await startMap(now);
  for (const [n, service] of NAMES.entries()) {
    const at = { traceId: trace(n + 1), atMs, durationNs: MS };
    await map.add(
      { ...at, spanId: id(10 + n), service: 'web', name: 'call', kind: 3 },
      { ...at, spanId: id(20 + n), parentId: id(10 + n), service, name: `${service} op`, kind: 2 },
    );
    await map.sonde.run(
      insertSql('logs', [
        {
          tenant: 'default',
          timestamp: atNanoSql(atMs),
          service,
          body: `of ${n}`,
          retention_days: 14,
        },
      ]),
    );
  }
  await map.look();
});

afterAll(() => map.close());

describe('a name that lists cut', () => {
  it('finds its service, spans, traces, logs and calls, and those of no other', async () => {
    const { sonde } = map;
    const listed = await sonde.get(`/api/v1/services?${range}`, ServicesSchema);
    const cut = listed.services.map(({ service }) => service).filter((name) => name !== 'web');
    expect(cut).toHaveLength(2);
    expect(new Set(cut).size).toBe(2);
    const found: string[] = [];
    for (const name of cut) {
      expect(name).toHaveLength(1023);
      const text = encodeURIComponent(name);
      const detail = await sonde.get(`/api/v1/services/${text}?${range}`, ServiceDetailSchema);
      expect(detail).toMatchObject({ seen: true, operations: [{ requests: 1 }] });
      const where = encodeURIComponent(`service="${name}"`);
      const { spans } = await sonde.get(`/api/v1/spans?${range}&where=${where}`, SpansSchema);
      expect(spans).toHaveLength(1);
      const [span] = spans;
      const whole = await sonde.get(`/api/v1/traces/${span?.traceId}`, TraceSchema);
      expect(whole.spans.map(({ service }) => service).sort()).toEqual([name, 'web'].sort());
      const like = `service=${text}&name=${encodeURIComponent(whole.spans.find(({ service }) => service === name)?.name ?? '')}`;
      const at = `kind=server&durationNs=${MS}&at=${atMs}`;
      const peers = await sonde.get(`/api/v1/spans/peers?${like}&${at}`, SpanPeersSchema);
      expect(peers.peers).toBe(1);
      const byService = await sonde.get(`/api/v1/traces?${range}&service=${text}`, TracesSchema);
      expect(byService.traces.map(({ traceId }) => traceId)).toEqual([spans[0]?.traceId]);
      const operation = encodeURIComponent(detail.operations[0]?.name ?? '');
      const byName = await sonde.get(
        `/api/v1/traces?${range}&service=${text}&operation=${operation}`,
        TracesSchema,
      );
      expect(byName.traces).toEqual(byService.traces);
      const { records } = await sonde.get(`/api/v1/logs?${range}&service=${text}`, LogsSchema);
      expect(records).toHaveLength(1);
      const server = encodeURIComponent(`service~~~${text}`);
      const calls = await sonde.get(`/api/v1/map/calls?${range}&server=${server}`, MapCallsSchema);
      expect(calls.requestsByStep.reduce((sum, count) => sum + count, 0)).toBe(1);
      found.push(spans[0]?.traceId ?? '');
    }
    expect(found.sort()).toEqual([trace(1), trace(2)]);
    const { edges } = await sonde.get(`/api/v1/map?${range}`, MapSchema);
    expect(edges.map(({ server }) => server.name).sort()).toEqual([...cut].sort());
  });
});
