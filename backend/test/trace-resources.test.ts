import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CostMeter } from '../src/store-cost.ts';
import { openStore, type StoreReader } from '../src/store-reader.ts';
import { readTraceBounds } from '../src/traces/trace-bounds.ts';
import type { TraceScope } from '../src/traces/trace-queries.ts';
import { TraceResources } from '../src/traces/trace-resources.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { insertSql, raw, spanRow } from './seed.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const atMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const TRACE = 'c'.repeat(32);
/** More than are remembered. */
const RESOURCES = 4300;
const ASKED_AT_ONCE = 100;
const signal = new AbortController().signal;

let sonde: Sonde;
let store: StoreReader;

const fingerprint = (i: number): string => (2n ** 60n + BigInt(i)).toString(16);
const span = (i: number) => ({ service: 'shop', resource: fingerprint(i) });

function scopeOf(tenant: string): TraceScope {
  const nano = `${atMs}000000`;
  const counts = { span_count: 1, error_count: 0, service_count: 1 };
  return { tenant, traceId: TRACE, bounds: { start_nano: nano, end_nano: nano, ...counts } };
}

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  store = openStore(sonde.role);
  await sonde.run(`INSERT INTO sonde.resources (tenant, fingerprint, bucket, service, origin,
      attributes, attribute_types, retention_days)
    SELECT 'default', bitShiftLeft(toUInt64(1), 60) + number, toDateTime(${atMs / 1000}, 'UTC'),
      'shop', 'sdk', map('host.name', toString(number)), [1], 14 FROM numbers(${RESOURCES})`);
});
afterAll(async () => {
  await store.close();
  await sonde.close();
});

describe('the resources of traces', () => {
  /** What was found, and how many rows of the store it cost. */
  async function ask(resources: TraceResources, places: readonly number[], tenant = 'default') {
    const meter = new CostMeter();
    const found = await resources.of(scopeOf(tenant), places.map(span), meter, signal);
    return { found, rowsRead: meter.cost.rowsRead };
  }

  it('are read once, and of a tenant alone', async () => {
    const resources = new TraceResources(store);
    const first = await ask(resources, [1, 2, 1]);
    expect(first.rowsRead).toBeGreaterThan(0);
    expect(first.found).toEqual({
      [fingerprint(1)]: [{ key: 'host.name', type: 'string', value: '1' }],
      [fingerprint(2)]: [{ key: 'host.name', type: 'string', value: '2' }],
    });
    expect(await ask(resources, [1, 2])).toEqual({ found: first.found, rowsRead: 0 });
    const more = await ask(resources, [2, 3]);
    expect(Object.keys(more.found)).toEqual([fingerprint(2), fingerprint(3)]);
    expect(more.rowsRead).toBeGreaterThan(0);
    expect((await ask(resources, [1], 'other')).found).toEqual({});
  });

  it('that were read longest ago are read again', async () => {
    const resources = new TraceResources(store);
    for (let from = 0; from < RESOURCES; from += ASKED_AT_ONCE) {
      await ask(
        resources,
        Array.from({ length: ASKED_AT_ONCE }, (_, i) => from + i),
      );
    }
    expect((await ask(resources, [RESOURCES - 1, 500])).rowsRead).toBe(0);
    const forgotten = await ask(resources, [0]);
    expect(forgotten.rowsRead).toBeGreaterThan(0);
    expect(Object.keys(forgotten.found)).toEqual([fingerprint(0)]);
  });
});

describe('the bounds of a trace', () => {
  it('are those of all days and retention classes that it lies in', async () => {
    const row = (day: number, service: string, error: boolean) =>
      spanRow({
        ...{ traceId: TRACE, spanId: `${day + 1}`.padStart(16, 'd'), atMs: atMs + day * DAY_MS },
        ...{ durationNs: 5_000_000, service, name: 'GET', error },
        more: { retention_days: raw(String(7 + day)) },
      });
    const days = [row(1, 'b', true), row(0, 'a', false), row(2, 'a', true)];
    for (const one of days) await sonde.run(insertSql('spans', [one]));
    const wish = { tenant: 'default', traceId: TRACE };
    expect(await readTraceBounds(store, wish, new CostMeter(), signal)).toEqual({
      start_nano: `${atMs}000000`,
      end_nano: `${atMs + 2 * DAY_MS + 5}000000`,
      span_count: 3,
      error_count: 2,
      service_count: 2,
    });
    const unknown = { tenant: 'default', traceId: 'e'.repeat(32) };
    expect(await readTraceBounds(store, unknown, new CostMeter(), signal)).toBeUndefined();
  });
});
