import { loadavg } from 'node:os';
import { askTab, cancelTab, type Question, TABS, type Told } from './analysis/ask-tab.ts';
import { type AskedSelection, SELECTIONS } from './analysis/selections.ts';
import { cpuSecondsOf } from './otlp-servers.ts';
import type { FleetDay } from './store/fleet.ts';
import { type FullStore, withFullStore } from './store/kept-day.ts';

/**
 * `npm run bench -- analysis`: each tab of trace analysis on each selection, as the page asks, on a
 * day of a fleet (`withFullStore`). It prints the time to an answer, what it read, when progress
 * came, and how soon the engine stopped when the client went away half-way.
 * `SONDE_BENCH_ROUNDS` is how often each is asked after one time to warm up;
 * `SONDE_BENCH_SELECTION` and `SONDE_BENCH_TAB` pick some by a part of their names.
 */
const ROUNDS = Number(process.env['SONDE_BENCH_ROUNDS'] ?? 8);
const BAR_MS = 3000;

function wanted(name: string, variable: string): boolean {
  return name.includes(process.env[variable] ?? '');
}

function question(
  [tab, list]: (typeof TABS)[number],
  { selection, day, step }: { selection: AskedSelection; day: FleetDay; step: number },
): Question {
  return { path: `/api/v1/traces/analysis/${tab}?${selection.query(day, step)}`, list };
}

async function measure(
  { sonde, day }: FullStore,
  selection: AskedSelection,
  tab: (typeof TABS)[number],
): Promise<void> {
  await askTab(sonde, question(tab, { selection, day, step: 0 }));
  const told: Told[] = [];
  const { store = 0, serve = 0 } = sonde.addresses.processes;
  const [ofStore, ofServe] = [cpuSecondsOf(store), cpuSecondsOf(serve)];
  for (let step = 1; step <= ROUNDS; step++) {
    told.push(await askTab(sonde, question(tab, { selection, day, step })));
  }
  const cpuMs = [cpuSecondsOf(store) - ofStore, cpuSecondsOf(serve) - ofServe].map((seconds) =>
    ((seconds * 1000) / ROUNDS).toFixed(0),
  );
  const p95 = quantile(told, ({ elapsedMs }) => elapsedMs, 0.95);
  const middle = (of: (each: Told) => number): string => quantile(told, of, 0.5).toFixed(0);
  const asked = question(tab, { selection, day, step: ROUNDS + 1 });
  const cancelled = await cancelTab(sonde, asked, Number(middle((each) => each.elapsedMs)) / 2);
  console.log(
    `  ${tab[0].padEnd(11)} p50 ${middle((each) => each.elapsedMs).padStart(5)}` +
      `  p95 ${p95.toFixed(0).padStart(5)} ms (${p95 <= BAR_MS ? 'kept' : 'MISSED'})` +
      `  CPU ${cpuMs.join(' + ').padStart(11)} ms` +
      `  rows read ${(Number(middle((each) => each.rowsRead)) / 1e6).toFixed(1).padStart(5)} M` +
      `  traces ${middle((each) => each.traces).padStart(7)}, one in ${middle((each) => each.everyNth)}` +
      `  ${middle((each) => each.listed)} listed` +
      `  progress ${middle((each) => each.steps)} after ${middle((each) => each.firstProgressMs)} ms` +
      `  cancelled: ${cancelled.running} running, stopped in ${cancelled.stoppedMs.toFixed(0)} ms`,
  );
}

function quantile(told: readonly Told[], of: (each: Told) => number, share: number): number {
  const sorted = told.map(of).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

await withFullStore(async (full) => {
  console.log('CPU: of the engine + of the backend, an answer; bar 3 s');
  for (const selection of SELECTIONS) {
    if (!wanted(selection.name, 'SONDE_BENCH_SELECTION')) continue;
    console.log(`${selection.name}, load ${loadavg()[0]?.toFixed(1)}:`);
    for (const tab of TABS) {
      if (wanted(tab[0], 'SONDE_BENCH_TAB')) await measure(full, selection, tab);
    }
  }
});
