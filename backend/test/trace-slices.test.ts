import { type Sql, sql } from '@sonde/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CostMeter } from '../src/store-cost.ts';
import { openStore, type StoreReader } from '../src/store-reader.ts';
import { type AnalysisWish, resolveAnalysis } from '../src/traces/analysis/analysis-scope.ts';
import { readSelection, type SpanBudget } from '../src/traces/analysis/read-selection.ts';
import { bothSpans, isSelected, type Selection } from '../src/traces/analysis/selection.ts';
import { SLICE_S, slicesOf, widened } from '../src/traces/analysis/time-slices.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';

const HOUR_MS = 3_600_000;
const from = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 13 * HOUR_MS;
const range = { from, to: from + 12 * HOUR_MS };

describe('slices of a window', () => {
  it('are one in so many, spread over it, and the same ones every time', () => {
    const { starts, everyNth } = slicesOf(range, 6);
    expect(slicesOf(range, 6).starts).toEqual(starts);
    expect(starts.length).toBe(144 / 6);
    expect(starts.every((start) => start % SLICE_S === 0)).toBe(true);
    expect(starts.filter((start) => start * 1000 < from + 6 * HOUR_MS).length).toBeGreaterThan(6);
    expect(starts.filter((start) => start * 1000 >= from + 6 * HOUR_MS).length).toBeGreaterThan(6);
    // Entries at the ends of runs are left out: one stands for a few more.
    expect(everyNth).toBeGreaterThan(6);
    expect(everyNth).toBeLessThan(8);
  });

  it('lie within the window, one at least, and no more than a statement may name', () => {
    for (const nth of [2, 5, 17, 1000]) {
      const { starts } = slicesOf(range, nth);
      expect(starts.length).toBeGreaterThan(0);
      expect(new Set(starts).size).toBe(starts.length);
      expect(Math.min(...starts) * 1000).toBeGreaterThanOrEqual(range.from);
      expect(Math.max(...starts) * 1000).toBeLessThan(range.to);
    }
    const year = { from, to: from + 365 * 24 * HOUR_MS };
    expect(slicesOf(year, 2).starts.length).toBeLessThanOrEqual(1000);
    expect(slicesOf({ from, to: from + 1 }, 9).starts).toEqual([from / 1000]);
  });

  it('are widened by those that many traces reach into, not by those of a few', () => {
    const needed = new Map([
      [0, 1000],
      [300, 40],
      [600, 9],
    ]);
    expect(widened([0], needed, 1000)).toEqual([0, 300]);
  });
});

const TRACES = 6000;
const BUDGET: SpanBudget = { selected: 10_000, baseline: 10_000, read: 3000, wanted: 100 };

let sonde: Sonde;
let store: StoreReader;

/** A trace of three spans every 7.2 s of twelve hours; one in ten is slow, and lasts 20 s. */
beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  store = openStore(sonde.role);
  await sonde.run(`INSERT INTO sonde.spans (tenant, timestamp, duration_ns, trace_id, span_id,
      parent_span_id, name, kind, service, origin, retention_days)
    SELECT 'default', fromUnixTimestamp64Milli(toInt64(${from} + trace * 7200 + part * late), 'UTC'),
      if(trace % 10 = 3, 20000000000, 1000000), toFixedString(unhex(leftPad(hex(trace + 1), 32, '0')), 16),
      toFixedString(unhex(leftPad(hex(trace * 3 + part + 1), 16, '0')), 8),
      if(part = 0, toFixedString('', 8), toFixedString(unhex(leftPad(hex(trace * 3 + 1), 16, '0')), 8)),
      'GET /', if(part = 0, 2, 3), 'web', 'sdk', 14
    FROM (SELECT intDiv(number, 3) AS trace, number % 3 AS part, if(trace % 10 = 3, 9000, 1) AS late
      FROM numbers(${3 * TRACES}))`);
});
afterAll(async () => {
  await store.close();
  await sonde.close();
});

const wish: AnalysisWish = {
  ...{ tenant: 'default', range, set: 'roots', conditions: [], ancestor: undefined },
  ...{ box: { minNs: 1_000_000_000 }, errorsOnly: false, auxiliary: [] },
  baseline: { kind: 'rest' },
};

async function select(
  more: Partial<AnalysisWish>,
  budget: SpanBudget,
  reader: StoreReader = store,
): Promise<Selection> {
  const meter = new CostMeter();
  const asking = { meter, signal: AbortSignal.timeout(60_000), report: () => undefined };
  const scope = await resolveAnalysis(reader, { ...wish, ...more }, asking);
  return readSelection(reader, scope, { budget, asking });
}

/** Traces of each side that are looked at, and spans of each trace. */
async function lookedAt(
  selection: Selection,
): Promise<{ selected: number; baseline: number; spans: readonly number[] }> {
  const statement: Sql = sql`SELECT toUInt32(countIf(side)) AS selected,
      toUInt32(countIf(NOT side)) AS baseline, groupUniqArray(spans) AS spans
    FROM (SELECT trace_id, max(${isSelected(selection)}) AS side, toUInt32(count()) AS spans
      FROM spans WHERE ${bothSpans(selection)} GROUP BY trace_id)`;
  const row = z.object({
    ...{ selected: z.number(), baseline: z.number() },
    spans: z.array(z.number()),
  });
  const { rows } = await sonde.store.query(statement, row);
  return rows[0] ?? { selected: 0, baseline: 0, spans: [] };
}

describe('a selection among more spans than are gone through', () => {
  it('counts all of its traces and looks at whole ones of some slices of time', async () => {
    const selection = await select({}, BUDGET);
    const summary = await selection.summary;
    expect(summary).toMatchObject({ traces: TRACES / 10, baselineTraces: 0.9 * TRACES });
    const { everyNth, baselineEveryNth } = summary;
    expect(everyNth).toBeGreaterThanOrEqual(6);
    expect(baselineEveryNth).toBe(everyNth);
    const seen = await lookedAt(selection);
    expect(seen.selected * everyNth).toBeGreaterThan(0.6 * (TRACES / 10));
    expect(seen.selected * everyNth).toBeLessThan(1.5 * (TRACES / 10));
    expect(seen.baseline / seen.selected).toBeGreaterThan(7);
    expect(seen.baseline / seen.selected).toBeLessThan(11);
    expect(seen.spans).toEqual([3]);
  });

  it('reads those slices, not the others', async () => {
    const selection = await select({}, BUDGET);
    const plan = await sonde.explain(sql`SELECT count() FROM spans WHERE ${bothSpans(selection)}`);
    expect(plan).toMatch(/toStartOfFiveMinutes\(timestamp\) in \d+-element set/);
    expect(selection.spanSlices?.length).toBeLessThan(144 / 4);
  });

  it('leaves no slice out for a few selected traces, and only others', async () => {
    const few = { minNs: 1_000_000_000, fromMs: from, toMs: from + HOUR_MS };
    const selection = await select({ box: few }, BUDGET);
    const summary = await selection.summary;
    expect(summary.everyNth).toBe(1);
    expect(summary.baselineEveryNth).toBeGreaterThan(1);
    const seen = await lookedAt(selection);
    expect(seen.selected).toBe(summary.traces);
    expect(seen.baseline).toBeLessThan(TRACES / 4);
  });

  it('does not wait for the count of all, and a count that fails is told to who asks for it', async () => {
    let counts = 0;
    const failing: StoreReader = {
      read: (query, signal) => {
        if (query.summary === 'SELECT spans both sides') counts += 1;
        // The first of them is that of all.
        if (counts === 1 && query.summary === 'SELECT spans both sides') {
          return Promise.reject(new Error('stopped'));
        }
        return store.read(query, signal);
      },
      stream: (query, signal) => store.stream(query, signal),
      close: () => store.close(),
    };
    const unasked = await select({}, { ...BUDGET, wanted: 10 }, failing);
    expect(unasked.parts.selected.everyNth).toBe(1);
    counts = 0;
    // Nobody asks the first for its count: that ends no process.
    const asked = await select({}, { ...BUDGET, wanted: 10 }, failing);
    await expect(asked.summary).rejects.toThrow('stopped');
  });

  it('takes all of what is not too much', async () => {
    const selection = await select(
      {},
      { ...BUDGET, read: 1_000_000, selected: 1e6, baseline: 1e6 },
    );
    expect(selection.spanSlices).toBeUndefined();
    expect(await lookedAt(selection)).toEqual({
      ...{ selected: TRACES / 10, baseline: 0.9 * TRACES },
      spans: [3],
    });
  });
});
