import type { AnalysisSelection } from '../../api/contract/index.ts';
import type { StoreAnswer, StoreQuery, StoreReader } from '../../store-reader.ts';
import type { TimeWindow } from '../../time-windows.ts';
import {
  type AnalysisAsking,
  type AnalysisScope,
  baselineIds,
  baselineWindow,
  boxWindow,
  type Part,
  selectedIds,
} from './analysis-scope.ts';
import type { Selection } from './selection.ts';
import {
  AROUND_MS_MAX,
  entriesQuery,
  NOTHING_PROBED,
  type Probe,
  type ProbeRow,
  probeQuery,
  spansQuery,
} from './selection-queries.ts';
import { slicesOf, type TimeSlices, widened } from './time-slices.ts';

/** Spans that an analysis looks at; of more traces every n-th is taken. */
export interface SpanBudget {
  readonly selected: number;
  /** 0: there is no baseline. */
  readonly baseline: number;
  /** Spans that are gone through to find them; where there are more, some slices of time are. */
  readonly read: number;
  /** Selected traces that are looked at, however much has to be gone through. */
  readonly wanted: number;
}

/** All selected traces, and no others. */
export const NO_LIMIT: SpanBudget = {
  selected: Number.POSITIVE_INFINITY,
  baseline: 0,
  read: Number.POSITIVE_INFINITY,
  wanted: Number.POSITIVE_INFINITY,
};

/** Traces of one side that are looked at. */
const TRACES_MAX = 80_000;
/** Traces of one side by which it is known how many spans they have, and when. */
const PROBED_MAX = 20_000;
/** Beyond the first and last of those: others may be longer. */
const UNPROBED_MS = 300_000;

/** Of a window that wide it costs less to look an hour around than to find out who needs it. */
const UNPROBED_WINDOW_MS: number = 6 * AROUND_MS_MAX;
const ANYWHERE: ProbeRow = {
  ...NOTHING_PROBED,
  ...{ first_ms: Number.MIN_SAFE_INTEGER, last_ms: Number.MAX_SAFE_INTEGER },
};

/** Counts both sides, and says of how many traces spans are looked at. */
export async function readSelection(
  store: StoreReader,
  scope: AnalysisScope,
  { budget, asking }: { readonly budget: SpanBudget; readonly asking: AnalysisAsking },
): Promise<Selection> {
  const { meter, signal } = asking;
  const one = async <Row>(query: StoreQuery<Row>): Promise<Row | undefined> => {
    const answer: StoreAnswer<Row> = await store.read(query, signal);
    return meter.rows(answer)[0];
  };
  const hasBaseline = budget.baseline > 0;
  const [spans, counted] = await Promise.all([
    Number.isFinite(budget.read) ? one(spansQuery(scope)) : undefined,
    one(entriesQuery(scope, hasBaseline)),
  ]);
  const counts = counted ?? { selected: 0, baseline: 0, auxiliary: 0 };
  const nth = (spans?.spans ?? 0) / budget.read;
  const sides = {
    selected: sideOf(boxWindow(scope), {
      traces: counts.selected,
      nth: Math.min(nth, counts.selected / budget.wanted),
    }),
    baseline: sideOf(baselineWindow(scope), { traces: counts.baseline, nth }),
  };
  const probe = async ({ probed, window }: Side, ids: typeof selectedIds): Promise<ProbeRow> => {
    const isWide = window.to - window.from >= UNPROBED_WINDOW_MS;
    if (isWide && !Number.isFinite(budget.read)) return ANYWHERE;
    const asked: Probe = { ids: ids(scope, probed), window };
    return (await one(probeQuery(scope, asked))) ?? NOTHING_PROBED;
  };
  const [ofSelected, ofBaseline] = await Promise.all([
    probe(sides.selected, selectedIds),
    hasBaseline ? probe(sides.baseline, baselineIds) : NOTHING_PROBED,
  ]);
  const selected = { ...sides.selected, row: ofSelected };
  const baseline = { ...sides.baseline, row: ofBaseline };
  const parts = {
    selected: partOf(selected, budget.selected),
    baseline: partOf(baseline, budget.baseline),
  };
  const spanSlices = spanSlicesOf(hasBaseline ? [selected, baseline] : [selected]);
  return {
    scope,
    summary: {
      traces: counts.selected,
      everyNth: nthOf(selected, parts.selected),
      baselineTraces: counts.baseline,
      baselineEveryNth: nthOf(baseline, parts.baseline),
      auxiliaryTraces: counts.auxiliary,
    },
    parts,
    window: boundsOf([selected]),
    bothWindow: boundsOf([selected, baseline]),
    ...(spanSlices === undefined ? {} : { spanSlices }),
  };
}

/** How many traces are selected, all of which are looked at. */
export async function countSelected(
  store: StoreReader,
  scope: AnalysisScope,
  { meter, signal }: AnalysisAsking,
): Promise<AnalysisSelection> {
  const [counts] = meter.rows(await store.read(entriesQuery(scope, false), signal));
  return {
    ...{ traces: counts?.selected ?? 0, everyNth: 1 },
    ...{ baselineTraces: 0, baselineEveryNth: 1 },
    auxiliaryTraces: counts?.auxiliary ?? 0,
  };
}

/** One side: its traces, and which of them tell how long and large the others are. */
interface Side {
  readonly window: TimeWindow;
  /** Undefined: all time is looked at. */
  readonly slices: TimeSlices | undefined;
  /** Traces that are in the slices. */
  readonly traces: number;
  readonly probed: Part;
}

interface ProbedSide extends Side {
  readonly row: ProbeRow;
}

function sideOf(
  window: TimeWindow,
  { traces: all, nth }: { readonly traces: number; readonly nth: number },
): Side {
  const slices = nth < 2 ? undefined : slicesOf(window, nth);
  const traces = all / (slices?.everyNth ?? 1);
  const everyNth = Math.max(1, Math.floor(traces / PROBED_MAX));
  return { window, slices, traces, probed: partIn(slices, everyNth) };
}

function partIn(slices: TimeSlices | undefined, everyNth: number): Part {
  return slices === undefined ? { everyNth } : { everyNth, slices: slices.starts };
}

/** One trace in so many by its id, so that spans and traces are within the budget. */
function partOf({ slices, traces, row }: ProbedSide, spansMax: number): Part {
  if (!Number.isFinite(spansMax)) return partIn(slices, 1);
  const spans = traces * (row.spans / Math.max(row.traces, 1));
  const nth = Math.max(spans / Math.max(spansMax, 1), traces / TRACES_MAX);
  return partIn(slices, Math.max(1, Math.ceil(nth)));
}

function nthOf({ slices }: Side, { everyNth }: Part): number {
  return Math.round(everyNth * (slices?.everyNth ?? 1));
}

/** Where the spans of the sides' traces are; undefined when one of them needs all. */
function spanSlicesOf(sides: readonly ProbedSide[]): readonly number[] | undefined {
  const all = new Set<number>();
  for (const { slices, row } of sides) {
    if (slices === undefined) return undefined;
    const [starts, traces] = row.slices;
    const needed = new Map(starts.map((start, i) => [start, traces[i] ?? 0]));
    for (const start of widened(slices.starts, needed, row.traces)) all.add(start);
  }
  return [...all].sort((a, b) => a - b);
}

/** From the first span to the last, no further than an hour around: a clock may be years off. */
function boundsOf(sides: readonly ProbedSide[]): TimeWindow {
  const bounds = sides.flatMap(({ window, probed, row }) => {
    if (row.first_ms === null || row.last_ms === null) return [];
    const more = probed.everyNth > 1 ? UNPROBED_MS : 0;
    return [
      {
        from: Math.max(Math.floor(row.first_ms) - more, window.from - AROUND_MS_MAX),
        to: Math.min(Math.ceil(row.last_ms) + 1 + more, window.to + AROUND_MS_MAX),
      },
    ];
  });
  if (bounds.length === 0) return sides[0]?.window ?? { from: 0, to: 0 };
  return {
    from: Math.min(...bounds.map(({ from }) => from)),
    to: Math.max(...bounds.map(({ to }) => to)),
  };
}
