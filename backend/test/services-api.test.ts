import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceDetailSchema, ServicesSchema } from '../src/api/services/schema.ts';
import { SpanHeatmapSchema } from '../src/api/traces/span-schema.ts';
import { latencyQuery, operationsQuery } from '../src/model/services/queries.ts';
import { servicesQuery } from '../src/model/services/services-query.ts';
import { timeSteps } from '../src/time-steps.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { insertSql, type SpanSeed, spanRow } from './seed.ts';

const MINUTE = 60_000;
/** A whole minute, ten before now: the tests look at the hour around it. */
const base = Math.floor(Date.now() / MINUTE) * MINUTE - 10 * MINUTE;
const range = `from=${base - 30 * MINUTE}&to=${base + 5 * MINUTE}`;

let sonde: Sonde;
let nextId = 1;

function span(seed: Omit<SpanSeed, 'traceId' | 'spanId'>): ReturnType<typeof spanRow> {
  const id = (nextId++).toString(16).padStart(16, '0');
  return spanRow({ traceId: id.padStart(32, 'f'), spanId: id, ...seed });
}

const shop = { service: 'shop', name: 'GET /cart', atMs: base };

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  await sonde.run(
    insertSql('spans', [
      span({ ...shop, durationNs: 1_000_000 }),
      span({ ...shop, durationNs: 1_000_000, weight: 8 }),
      span({ ...shop, durationNs: 64_000_000, error: true, atMs: base + MINUTE }),
      // No request: what the service itself calls.
      span({ ...shop, name: 'query', kind: 3, durationNs: 900_000_000 }),
      // The same requests, seen by the agent: one request is not two.
      span({ ...shop, durationNs: 1_100_000, origin: 'ebpf' }),
      span({ ...shop, durationNs: 1_100_000, origin: 'ebpf' }),
      span({ service: 'legacy', name: 'GET /old', atMs: base, durationNs: 5, origin: 'ebpf' }),
      span({ service: 'worker', name: 'take', atMs: base, kind: 5, durationNs: 10 }),
      span({ service: 'gateway', name: 'own', atMs: base, durationNs: 1, namespace: 'sonde' }),
      span({ service: 'theirs', name: 'x', atMs: base, durationNs: 1, tenant: 'other' }),
      span({ service: 'earlier', name: 'x', atMs: base - 50 * MINUTE, durationNs: 1 }),
    ]),
  );
});
afterAll(() => sonde.close());

describe('the list of services', () => {
  it('counts requests by weight, once a request, of the own tenant and the range', async () => {
    const { services } = await sonde.get(`/api/v1/services?${range}`, ServicesSchema);
    expect(services.map(({ service, origin, requests }) => [service, origin, requests])).toEqual([
      ['shop', 'sdk', 10],
      ['gateway', 'sdk', 1],
      ['legacy', 'ebpf', 1],
      ['worker', 'sdk', 1],
    ]);
    expect(services.filter(({ own }) => own).map(({ service }) => service)).toEqual(['gateway']);
    // Nine of its ten requests were stored as two.
    const sampled = services.filter((one) => one.sampled);
    expect(sampled.map(({ service }) => service)).toEqual(['shop']);
  });

  it('says what a service was over the time before', async () => {
    const later = `from=${base + MINUTE}&to=${base + 2 * MINUTE}`;
    const { services } = await sonde.get(`/api/v1/services?${later}`, ServicesSchema);
    const found = services.find(({ service }) => service === 'shop');
    expect(found).toMatchObject({ requests: 1, errorRatio: 1, before: { errorRatio: 0 } });
    expect(found?.before?.requestsPerSecond).toBeCloseTo(9 / 60, 9);
    const now = await sonde.get(`/api/v1/services?${range}`, ServicesSchema);
    expect(now.services.find(({ service }) => service === 'worker')?.before).toBeUndefined();
  });

  it('says how a service fares, a value a step', async () => {
    const answer = await sonde.get(`/api/v1/services?${range}`, ServicesSchema);
    const found = answer.services.find(({ service }) => service === 'shop');
    expect(found).toMatchObject({ errors: 1, errorRatio: 0.1 });
    expect(found?.durationP50Ns).toBeGreaterThan(840_000);
    expect(found?.durationP50Ns).toBeLessThan(1_190_000);
    expect(found?.durationP99Ns).toBeGreaterThan(53_000_000);
    expect(found?.durationP99Ns).toBeLessThan(76_000_000);
    const step = (base - answer.fromMs) / answer.stepMs;
    expect(found?.requestsByStep.slice(step, step + 2)).toEqual([9, 1]);
    expect(found?.errorsByStep.slice(step, step + 2)).toEqual([0, 1]);
    const steps = Math.ceil((answer.toMs - answer.fromMs) / answer.stepMs);
    expect(found?.requestsByStep).toHaveLength(steps);
    expect(found?.requestsPerSecond).toBeCloseTo(10 / ((answer.toMs - answer.fromMs) / 1000), 9);
    expect(answer.cost.rowsRead).toBeGreaterThan(0);
  });
});

describe('one service', () => {
  it('has its entry operations of the preferred origin', async () => {
    const detail = await sonde.get(`/api/v1/services/shop?${range}`, ServiceDetailSchema);
    expect(detail.operations).toHaveLength(1);
    expect(detail.operations[0]).toMatchObject({
      name: 'GET /cart',
      kind: 'server',
      requests: 10,
      errors: 1,
    });
  });

  it('has a heatmap whose cells add up to the requests, and whose buckets hold the durations', async () => {
    const { heatmap, requestsByStep, errorsByStep } = await sonde.get(
      `/api/v1/services/shop?${range}`,
      ServiceDetailSchema,
    );
    const sum = (cells: readonly number[]): number => cells.reduce((all, cell) => all + cell, 0);
    expect(heatmap.counts.map(sum)).toEqual(requestsByStep);
    expect(heatmap.errors.map(sum)).toEqual(errorsByStep);
    for (const cells of heatmap.counts) expect(cells).toHaveLength(heatmap.bucketsNs.length - 1);
    const slow = heatmap.errors.flatMap((cells) => cells.flatMap((c, i) => (c > 0 ? [i] : [])));
    expect(slow).toHaveLength(1);
    expect(heatmap.bucketsNs[slow[0] ?? -1]).toBeLessThanOrEqual(64_000_000);
    expect(heatmap.bucketsNs[(slow[0] ?? -1) + 1]).toBeGreaterThan(64_000_000);
  });

  it('says whether counts are estimates: some of its spans stand for others', async () => {
    const detail = (service: string) =>
      sonde.get(`/api/v1/services/${service}?${range}`, ServiceDetailSchema);
    expect((await detail('shop')).sampled).toBe(true);
    expect((await detail('legacy')).sampled).toBe(false);
    const heatmap = (where: string) =>
      sonde.get(
        `/api/v1/spans/heatmap?${range}&where=${encodeURIComponent(where)}`,
        SpanHeatmapSchema,
      );
    expect(await heatmap('service=shop')).toMatchObject({ path: 'rollup', sampled: true });
    expect(await heatmap('service=worker')).toMatchObject({ path: 'rollup', sampled: false });
    const raw = await heatmap('service=shop duration>=0ns');
    expect(raw).toMatchObject({ path: 'raw', sampled: true });
    expect(raw.stored).toBeLessThan(raw.total);
    expect((await heatmap('service=worker duration>=0ns')).sampled).toBe(false);
  });

  it('has its name decoded from the path', async () => {
    const name = 'a/b c?d';
    const path = `/api/v1/services/${encodeURIComponent(name)}?${range}`;
    expect((await sonde.get(path, ServiceDetailSchema)).service).toBe(name);
  });
});

describe('the queries of services', () => {
  const steps = timeSteps(
    { from: base - 30 * MINUTE, to: base },
    { stepsWanted: 60, stepMsMin: MINUTE },
  );
  const scope = { tenant: 'default', steps };
  const queries = [
    servicesQuery(scope),
    operationsQuery(scope, 'shop'),
    latencyQuery(scope, 'shop'),
  ];

  it('read the roll-up and no other table', () => {
    for (const { sql } of queries) {
      const tables = [...sql.render().text.matchAll(/\b(?:FROM|JOIN)\s+(\w+)/g)].map(([, t]) => t);
      expect(new Set(tables)).toEqual(new Set(['red_1m']));
    }
  });

  it('are answered from the hours of the range alone', async () => {
    for (const { sql } of queries) {
      const plan = await sonde.explain(sql);
      expect(plan).toMatch(/PrimaryKey\s+Keys:[\s\w]*toStartOfHour\(time\)/);
    }
  });
});

describe('the list of services of more than an hour', () => {
  const tenant = 'long';
  const minutes = 26 * 60;
  const first = base - minutes * MINUTE;
  const durationMs = (minute: number): number => 1 + (minute % 7) ** 3;

  beforeAll(async () => {
    const spans = Array.from({ length: minutes }, (_, minute) => ({
      ...{ tenant, service: 'clock', name: 'tick', atMs: first + minute * MINUTE, weight: 2 },
      ...{ durationNs: durationMs(minute) * 1_000_000, error: minute % 10 === 0 },
    }));
    const calls = {
      tenant,
      service: 'caller',
      name: 'call',
      kind: 3,
      durationNs: 1,
      parentId: 'f',
    };
    // A statement has so many words at most.
    for (let i = 0; i < spans.length; i += 300) {
      await sonde.run(insertSql('spans', spans.slice(i, i + 300).map(span)));
    }
    await sonde.run(insertSql('spans', [span({ ...calls, atMs: base - 70 * MINUTE })]));
  });

  /** Of the minutes from `from` on that lie before `to`. */
  function expected(
    fromMs: number,
    toMs: number,
  ): { requests: number; failed: number; max: number } {
    const [from, to] = [fromMs, toMs].map((ms) => Math.ceil((ms - first) / MINUTE));
    const told = Array.from({ length: Number(to) - Number(from) }, (_, i) => Number(from) + i);
    return {
      requests: 2 * told.length,
      failed: 2 * told.filter((minute) => minute % 10 === 0).length,
      max: Math.max(...told.map(durationMs)) * 1_000_000,
    };
  }

  it.each([
    ['a day from and to any minute', 25 * 60 - 7, 3, 60],
    ['three hours by minutes', 185, 4, 200],
    ['hours that no whole hour lies in', 50, 2, 60],
  ])('says of %s what its minutes say', async (_, minutesBefore, minutesAfter, stepsWanted) => {
    const range = { from: base - minutesBefore * MINUTE, to: base - minutesAfter * MINUTE };
    const steps = timeSteps(range, { stepsWanted, stepMsMin: MINUTE });
    const { sql: query, row } = servicesQuery({ tenant, steps });
    const { rows } = await sonde.store.query(query, row);
    const clock = rows.find(({ service }) => service === 'clock');
    const { requests, failed, max } = expected(steps.fromMs, steps.toMs);
    expect(clock).toMatchObject({ requests, request_errors: failed, duration_max: max });
    expect(clock?.weight_max).toBe(2);
    expect(clock?.histogram[1].reduce((sum, count) => sum + count, 0)).toBe(requests);
    expect(new Set(clock?.steps).size).toBe(clock?.steps.length);
    for (const [i, step] of (clock?.steps ?? []).entries()) {
      const fromMs = steps.fromMs + step * steps.stepMs;
      const inStep = expected(fromMs, Math.min(fromMs + steps.stepMs, steps.toMs));
      expect(clock?.requests_in_steps[i]).toBe(inStep.requests);
      expect(clock?.errors_in_steps[i]).toBe(inStep.failed);
    }
    // Nobody calls it, and it is there.
    const called = rows.filter(({ service }) => service === 'caller');
    expect(called.map((one) => one.requests)).toEqual(minutesBefore > 70 ? [0] : []);
  });

  it('reads whole hours and five minutes added up', async () => {
    const range = { from: base - 25 * 60 * MINUTE, to: base };
    const steps = timeSteps(range, { stepsWanted: 60, stepMsMin: MINUTE });
    const plan = await sonde.explain(servicesQuery({ tenant, steps }).sql);
    expect(plan).toContain('(services_1h)');
    expect(plan).toContain('(services_5m)');
  });
});

describe('the example in docs/store.md', () => {
  it('runs, and says of a minute what the API says', async () => {
    const page = readFileSync(new URL('../../docs/store.md', import.meta.url), 'utf8');
    const query = /```sql\n(WITH[\s\S]*?)```/.exec(page)?.[1] ?? '';
    const rows = await sonde.rows(query);
    const ofShop = rows.filter((row) => row['service'] === 'shop');
    expect(ofShop).toHaveLength(2);
    const [calm, failing] = ofShop;
    expect(calm).toMatchObject({ requests_per_second: 9 / 60, error_share: 0 });
    expect(Number(calm?.['p99_ms'])).toBeCloseTo(1, 1);
    expect(failing).toMatchObject({ error_share: 1 });
    expect(Math.abs(Number(failing?.['p99_ms']) / 64 - 1)).toBeLessThan(0.09);
  });
});
