import type { AnalysisSelection } from '../../api/contract/index.ts';
import type { StoreQuery, StoreReader } from '../../store-reader.ts';
import type { TimeWindow } from '../../time-windows.ts';
import {
  type AnalysisAsking,
  type AnalysisScope,
  baselineIds,
  baselineWindow,
  boxWindow,
  hasOtherSide,
  type Part,
  selectedIds,
} from './analysis-scope.ts';
import type { Selection } from './selection.ts';
import {
  AROUND_MS_MAX,
  type EntryCounts,
  entriesQuery,
  NOTHING_PROBED,
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
const PROBED_MAX = 10_000;
/** Beyond the first and last of those: others may be longer. */
const UNPROBED_MS = 300_000;

/** Of a window that wide it costs less to look an hour around than to find out who needs it. */
const UNPROBED_WINDOW_MS: number = 6 * AROUND_MS_MAX;
const ANYWHERE: ProbeRow = {
  ...NOTHING_PROBED,
  is_selected: 1,
  ...{ first_ms: Number.MIN_SAFE_INTEGER, last_ms: Number.MAX_SAFE_INTEGER },
};

/** Says of how many traces of both sides spans are looked at; meanwhile counts all of them. */
export async function readSelection(
  store: StoreReader,
  scope: AnalysisScope,
  { budget, asking }: { readonly budget: SpanBudget; readonly asking: AnalysisAsking },
): Promise<Selection> {
  const { meter, signal } = asking;
  const all = async <Row>(query: StoreQuery<Row>): Promise<readonly Row[]> =>
    meter.rows(await store.read(query, signal));
  const hasBaseline = budget.baseline > 0 && hasOtherSide(scope);
  const counted = all(entriesQuery(scope, hasBaseline)).then(([row]) => row ?? NO_COUNTS);
  counted.catch(() => undefined);
  const wish = { budget, hasBaseline, all, counted };
  const sides = await readSides(scope, wish);
  const rows = await readProbes(scope, { ...wish, sides });
  const selected = { ...sides.selected, row: rows.selected };
  const baseline = { ...sides.baseline, row: rows.baseline };
  const parts = {
    selected: partOf(selected, budget.selected),
    baseline: partOf(baseline, budget.baseline),
  };
  const spanSlices = spanSlicesOf(hasBaseline ? [selected, baseline] : [selected]);
  const summary = counted.then((counts) => ({
    traces: counts.selected,
    everyNth: nthOf(selected, parts.selected),
    baselineTraces: counts.baseline,
    baselineEveryNth: nthOf(baseline, parts.baseline),
    auxiliaryTraces: counts.auxiliary,
  }));
  // Nobody awaits it where something else fails first.
  summary.catch(() => undefined);
  return {
    scope,
    summary,
    looked: {
      selected: selected.traces / parts.selected.everyNth,
      baseline: baseline.traces / parts.baseline.everyNth,
    },
    parts,
    hasBaseline,
    window: boundsOf([selected]),
    bothWindow: boundsOf([selected, baseline]),
    ...(spanSlices === undefined ? {} : { spanSlices }),
  };
}

const NO_COUNTS: EntryCounts = { selected: 0, baseline: 0, auxiliary: 0 };

/** Asks the store, and counts what it costs. */
type AskAll = <Row>(query: StoreQuery<Row>) => Promise<readonly Row[]>;

interface SidesWish {
  readonly budget: SpanBudget;
  readonly hasBaseline: boolean;
  readonly all: AskAll;
  readonly counted: Promise<EntryCounts>;
}

interface Sides {
  readonly selected: Side;
  readonly baseline: Side;
}

/** Slices of time are enough where they have traces enough; else as many more as the count asks for. */
async function readSides(
  scope: AnalysisScope,
  { budget, hasBaseline, all, counted }: SidesWish,
): Promise<Sides> {
  const windows = { selected: boxWindow(scope), baseline: baselineWindow(scope) };
  const [spans] = Number.isFinite(budget.read) ? await all(spansQuery(scope)) : [];
  const nth = (spans?.spans ?? 0) / budget.read;
  if (nth >= 2) {
    const slices = {
      selected: slicesOf(windows.selected, nth),
      baseline: slicesOf(windows.baseline, nth),
    };
    const starts = { selected: slices.selected.starts, baseline: slices.baseline.starts };
    const [counts] = await all(entriesQuery(scope, hasBaseline, starts));
    if ((counts?.selected ?? 0) >= budget.wanted) {
      return {
        selected: sideOf(windows.selected, slices.selected, counts?.selected ?? 0),
        baseline: sideOf(windows.baseline, slices.baseline, counts?.baseline ?? 0),
      };
    }
  }
  const { selected, baseline } = await counted;
  const ofAll = (window: TimeWindow, traces: number, every: number): Side => {
    const slices = every < 2 ? undefined : slicesOf(window, every);
    return sideOf(window, slices, traces / (slices?.everyNth ?? 1));
  };
  return {
    selected: ofAll(windows.selected, selected, Math.min(nth, selected / budget.wanted)),
    baseline: ofAll(windows.baseline, baseline, nth),
  };
}

/** What the index of traces says of some traces of each side. */
async function readProbes(
  scope: AnalysisScope,
  { sides, budget, hasBaseline, all }: SidesWish & { readonly sides: Sides },
): Promise<{ readonly selected: ProbeRow; readonly baseline: ProbeRow }> {
  const isProbed = ({ window }: Side): boolean =>
    Number.isFinite(budget.read) || window.to - window.from < UNPROBED_WINDOW_MS;
  const { selected, baseline } = sides;
  const windows = hasBaseline ? [selected.window, baseline.window] : [selected.window];
  const rows = isProbed(selected)
    ? await all(
        probeQuery(scope, {
          selected: selectedIds(scope, selected.probed),
          ...(hasBaseline ? { baseline: baselineIds(scope, baseline.probed) } : {}),
          window: {
            from: Math.min(...windows.map(({ from }) => from)),
            to: Math.max(...windows.map(({ to }) => to)),
          },
        }),
      )
    : [ANYWHERE];
  return {
    selected: rows.find((row) => row.is_selected === 1) ?? NOTHING_PROBED,
    baseline: rows.find((row) => row.is_selected === 0) ?? NOTHING_PROBED,
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

function sideOf(window: TimeWindow, slices: TimeSlices | undefined, traces: number): Side {
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
