/** Within one host, timers of programs differ by less, nanoseconds; the page of a trace says the same. */
const CLOCK_TOLERANCE_NS = 1_000_000;

/** Spans of one trace, parallel arrays, in any order. Times are nanoseconds after its first start. */
export interface TraceSpans {
  readonly selected: boolean;
  /** What one stored trace stands for. */
  readonly weight: number;
  /** Spans that were left out, because the trace has more than are looked at. */
  readonly cut: number;
  /** Indexes into the operations. */
  readonly operations: readonly number[];
  /** Place of the parent among these spans, from 1; 0 has none, -1 has one that is not here. */
  readonly parents: readonly number[];
  readonly starts: readonly number[];
  readonly durations: readonly number[];
  /** 1 for an error. */
  readonly errors: readonly number[];
}

/** A trace as a tree: what a span may have been waited for, parents before their children. */
export interface TraceTree {
  readonly order: readonly number[];
  /** Index of the parent, -1 for the first span of a tree. */
  readonly parents: readonly number[];
  readonly children: readonly (readonly number[])[];
  /** Within the parent's: what a child does after its parent ended nobody waited for. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly notes: TreeNotes;
}

/** What was wrong with a trace. */
export interface TreeNotes {
  /** Spans whose parent is not stored. */
  readonly missingParents: number;
  /** Spans that were their own ancestors. */
  readonly inCycles: number;
  /** Spans moved into their parent that began over 1 ms before it, or after its end: other clocks. */
  readonly skewed: number;
  readonly negativeDurations: number;
}

export function traceTree(spans: TraceSpans, isRemote: (operation: number) => boolean): TraceTree {
  const parents = spans.parents.map((place) => (place > 0 ? place - 1 : -1));
  const inCycles = breakCycles(parents, spans.starts);
  const children = parents.map((): number[] => []);
  const order: number[] = [];
  parents.forEach((parent, i) => {
    if (parent >= 0) children[parent]?.push(i);
    else order.push(i);
  });
  for (let at = 0; at < order.length; at++) order.push(...(children[order[at] ?? 0] ?? []));
  const { starts, ends, skewed } = placeSpans(spans, { order, parents, isRemote });
  return {
    ...{ order, parents, children, starts, ends },
    notes: {
      missingParents: spans.parents.filter((place) => place < 0).length,
      inCycles,
      skewed,
      negativeDurations: spans.durations.filter((duration) => duration < 0).length,
    },
  };
}

/** Makes the earliest span of every cycle one without a parent; gives how many were in one. */
function breakCycles(parents: number[], starts: readonly number[]): number {
  /** 0 not seen, 1 on the way up, 2 leads to a root. */
  const state = new Uint8Array(parents.length);
  let inCycles = 0;
  for (let i = 0; i < parents.length; i++) {
    const path: number[] = [];
    let at = i;
    for (; at >= 0 && state[at] === 0; at = parents[at] ?? -1) {
      state[at] = 1;
      path.push(at);
    }
    if (at >= 0 && state[at] === 1) {
      const cycle = path.slice(path.indexOf(at));
      inCycles += cycle.length;
      const first = cycle.reduce((a, b) => ((starts[b] ?? 0) < (starts[a] ?? 0) ? b : a));
      parents[first] = -1;
    }
    for (const seen of path) state[seen] = 2;
  }
  return inCycles;
}

function placeSpans(
  spans: TraceSpans,
  tree: {
    readonly order: readonly number[];
    readonly parents: readonly number[];
    readonly isRemote: (operation: number) => boolean;
  },
): { starts: number[]; ends: number[]; skewed: number } {
  const starts = [...spans.starts];
  const ends = spans.starts.map((start, i) => start + Math.max(spans.durations[i] ?? 0, 0));
  let skewed = 0;
  for (const i of tree.order) {
    const parent = tree.parents[i] ?? -1;
    if (parent < 0) continue;
    const [from, to] = [starts[parent] ?? 0, ends[parent] ?? 0];
    const [start, end] = [starts[i] ?? 0, ends[i] ?? 0];
    const outside = start < from || end > to;
    // Another process' timer: what fits into its caller ran in the middle of it.
    if (outside && end - start <= to - from && tree.isRemote(spans.operations[i] ?? 0)) {
      // One that merely ends late is common on one host: its caller had the answer before.
      if (from - start > CLOCK_TOLERANCE_NS || start - to > CLOCK_TOLERANCE_NS) skewed += 1;
      starts[i] = from + (to - from - (end - start)) / 2;
      ends[i] = starts[i] + (end - start);
    } else {
      starts[i] = Math.min(Math.max(start, from), to);
      ends[i] = Math.min(Math.max(end, from), to);
    }
  }
  return { starts, ends, skewed };
}
