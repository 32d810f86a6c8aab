import { ITEMS_A_REQUEST, type Load, type LoadSignal, pause, SERVICE } from './load.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** Rows by request, of each table that a signal's requests become rows of. */
const QUERIES: Readonly<Record<LoadSignal, Readonly<Record<string, string>>>> = {
  traces: {
    spans: `SELECT attributes['request'] AS request, count() AS rows FROM spans WHERE service = '${SERVICE}' GROUP BY request`,
  },
  logs: {
    logs: `SELECT attributes['request'] AS request, count() AS rows FROM logs WHERE service = '${SERVICE}' GROUP BY request`,
  },
  metrics: {
    metric_samples:
      "SELECT toString(toUInt64(value)) AS request, count() AS rows FROM metric_samples WHERE metric = 'drill.gauge' GROUP BY request",
    metric_histograms:
      "SELECT toString(toUInt64(sum)) AS request, count() AS rows FROM metric_histograms WHERE metric = 'drill.histogram' GROUP BY request",
  },
};
const SPANS = `SELECT count() AS spans FROM spans WHERE service = '${SERVICE}'`;
const ROLLED_UP = `SELECT toUInt64(sum(spans)) AS spans FROM red_1m WHERE service = '${SERVICE}'`;

/** What of a load is in the store. All but `acknowledged` and `answered` must be 0. */
export interface Verdict {
  readonly acknowledged: number;
  /** Requests without an acknowledgement whose rows are in the store all the same, once. */
  readonly unacknowledgedStored: number;
  /** Acknowledged requests of which a table has no row. */
  readonly lost: number;
  /** Requests of which a table has more rows, or fewer, than they hold. */
  readonly doubled: number;
  readonly partial: number;
  /** Spans that the roll-up counts too many or too few. */
  readonly rollupOff: number;
}

export interface JudgeOptions {
  readonly load: Load;
  readonly store: StoreUnderTest;
  readonly timeoutMs: number;
}

/** Waits until all that was acknowledged is there, or nothing more comes for so long, and counts. */
export async function judge({ load, store, timeoutMs }: JudgeOptions): Promise<Verdict> {
  let deadline = performance.now() + timeoutMs;
  let verdict = await count(load, store);
  while (!isClean(verdict) && performance.now() < deadline) {
    await pause(250);
    const next = await count(load, store);
    if (next.lost < verdict.lost) deadline = performance.now() + timeoutMs;
    verdict = next;
  }
  return verdict;
}

export function isClean(verdict: Verdict): boolean {
  const { lost, doubled, partial, rollupOff } = verdict;
  return lost + doubled + partial === 0 && rollupOff === 0;
}

async function count(load: Load, store: StoreUnderTest): Promise<Verdict> {
  const sum = { acknowledged: 0, unacknowledgedStored: 0, lost: 0, doubled: 0, partial: 0 };
  for (const { signal, acknowledged, unanswered } of load.sent) {
    sum.acknowledged += acknowledged.size;
    for (const [index, query] of Object.values(QUERIES[signal]).entries()) {
      const rows = await rowsByRequest(store, query);
      for (const number of acknowledged) if (!rows.has(number)) sum.lost += 1;
      for (const [number, count] of rows) {
        // Of a load before this one.
        if (!acknowledged.has(number) && !unanswered.has(number)) continue;
        if (count > ITEMS_A_REQUEST) sum.doubled += 1;
        if (count < ITEMS_A_REQUEST) sum.partial += 1;
        if (index === 0 && unanswered.has(number)) sum.unacknowledgedStored += 1;
      }
    }
  }
  const [spans] = await store.select(SPANS);
  const [rolledUp] = await store.select(ROLLED_UP);
  return { ...sum, rollupOff: Number(rolledUp?.['spans']) - Number(spans?.['spans']) };
}

async function rowsByRequest(store: StoreUnderTest, query: string): Promise<Map<number, number>> {
  const rows = await store.select(query);
  return new Map(rows.map(({ request, rows: count }) => [Number(request), Number(count)]));
}
