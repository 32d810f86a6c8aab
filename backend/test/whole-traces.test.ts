import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { ErrorCausesSchema, TracesOverviewSchema } from '../src/api/traces/analysis-schema.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { insertSql, type SpanSeed, spanRow } from './seed.ts';

const base = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 2 * 3_600_000;
const HOUR_MS = 3_600_000;
const range = `from=${base}&to=${base + HOUR_MS}`;
const MS = 1_000_000;
const TRACES = 400;
/** A filter that every span meets: filters are answered by sets of ids, without one in one go. */
const EVERY_SPAN = `where=${encodeURIComponent('name!=nothing')}`;

let sonde: Sonde;
let seed = 7;
/** Below `most`, the same in every run. */
function drawn(most: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % most;
}

const idOf = (trace: number, part: number): string =>
  `c${(trace * 100 + part + 1).toString(16).padStart(15, '0')}`;

/** Up to seven spans, some of them first ones, some whose parent is not there or is itself. */
function traceOf(trace: number): SpanSeed[] {
  const spans = 1 + drawn(7);
  const atMs = base + drawn(HOUR_MS);
  return Array.from({ length: spans }, (_, part) => {
    const above = drawn(10);
    const parent =
      (part === 0 && above > 1) || above === 9 ? undefined : above === 8 ? 99 : drawn(spans);
    return {
      traceId: `d${(trace + 1).toString(16).padStart(31, '0')}`,
      spanId: idOf(trace, part),
      ...(parent === undefined ? {} : { parentId: idOf(trace, parent) }),
      atMs: atMs + drawn(200) - 100,
      durationNs: (1 + drawn(300)) * MS,
      service: `service-${drawn(4)}`,
      name: drawn(5) === 0 ? 'GET /health' : `operation-${drawn(3)}`,
      kind: 1 + drawn(5),
      weight: 1 + drawn(3),
      error: drawn(5) === 0,
      more: { status_message: `code ${drawn(3)}${drawn(2) === 0 ? ' refused' : ''}` },
    };
  });
}

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  const rows = Array.from({ length: TRACES }, (_, trace) => traceOf(trace)).flat();
  // A span that came twice.
  rows.push(...rows.slice(0, 3));
  for (let i = 0; i < rows.length; i += 300) {
    await sonde.run(insertSql('spans', rows.slice(i, i + 300).map(spanRow)));
  }
});
afterAll(() => sonde.close());

const SELECTIONS = ['requests', 'roots', 'all'].flatMap((set) => [
  `set=${set}`,
  `set=${set}&auxiliary=true`,
  `set=${set}&boxMinNs=${100 * MS}&boxMaxNs=${250 * MS}`,
  `set=${set}&errorsOnly=true`,
  `set=${set}&boxFrom=${base + HOUR_MS / 4}&boxTo=${base + HOUR_MS / 2}&boxMinNs=${50 * MS}`,
]);

type Overview = z.output<typeof TracesOverviewSchema>;
type Row = Overview['total'];

const nameOf = ({ service, name }: Row): string => `${service} ${name}`;

function withoutTimes(row: Row): Row {
  return { ...row, durationP50Ns: 0, durationP95Ns: 0, durationP99Ns: 0 };
}

function rowsOf({ rows }: Overview): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [nameOf(row), withoutTimes(row)]));
}

describe.each(SELECTIONS)('traces put together in one go, with %s', (selected) => {
  const asked = (tab: string, more = ''): string =>
    `/api/v1/traces/analysis/${tab}?${range}&${selected}&${more}`;

  it('are the requests that are found by sets of ids', async () => {
    const [whole, found] = await Promise.all([
      sonde.get(asked('overview'), TracesOverviewSchema),
      sonde.get(asked('overview', EVERY_SPAN), TracesOverviewSchema),
    ]);
    expect(whole.selection.traces).toBeGreaterThan(10);
    expect(rowsOf(whole)).toEqual(rowsOf(found));
    expect(withoutTimes(whole.total)).toEqual(withoutTimes(found.total));
    expect(whole).toEqual({ ...found, rows: whole.rows, total: whole.total, cost: whole.cost });
    const names = new Map(found.rows.map((row) => [nameOf(row), row]));
    for (const row of [whole.total, ...whole.rows]) {
      const same = row === whole.total ? found.total : names.get(nameOf(row));
      // Sketches that were put together in another order.
      expect(Math.abs(row.durationP50Ns / (same?.durationP50Ns ?? 0) - 1)).toBeLessThan(0.02);
      expect(Math.abs(row.durationP99Ns / (same?.durationP99Ns ?? 0) - 1)).toBeLessThan(0.02);
    }
  });

  it('have errors that began where sets of ids find them', async () => {
    const [whole, found] = await Promise.all([
      sonde.get(asked('errors'), ErrorCausesSchema),
      sonde.get(asked('errors', EVERY_SPAN), ErrorCausesSchema),
    ]);
    expect(whole.causes.length).toBeGreaterThan(3);
    const byWords = ({ causes }: typeof whole) =>
      new Map(
        causes.map((cause) => [
          `${cause.service} ${cause.name} ${cause.kind} ${cause.message}`,
          cause,
        ]),
      );
    expect(byWords(whole)).toEqual(byWords(found));
    expect(whole).toEqual({ ...found, causes: whole.causes, cost: whole.cost });
  });
});
