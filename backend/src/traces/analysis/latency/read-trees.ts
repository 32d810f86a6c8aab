import type { StoreReader } from '../../../store-reader.ts';
import { type AnalysisAsking, type AnalysisWish, resolveAnalysis } from '../analysis-scope.ts';
import { readSelection } from '../read-selection.ts';
import type { Selection } from '../selection.ts';
import { type Operation, OTHER } from './flame-graph.ts';
import type { TraceSpans } from './trace-tree.ts';
import { operationsQuery, type TreeRow, type TreeWish, treesQuery } from './tree-queries.ts';

/** Spans that are put together into trees here: a quarter of a second of work. */
const BUDGET = { selected: 150_000, baseline: 75_000, read: 600_000, wanted: 2500 } as const;
/** Between two of them other requests are served. */
const TRACES_PER_TURN = 500;

export interface Trees {
  readonly selection: Selection;
  /** The last is all those that are too rare to be told apart. */
  readonly operations: readonly Operation[];
  readonly rows: readonly TreeRow[];
}

/** The traces of both sides as trees. */
export async function readTrees(
  store: StoreReader,
  wish: AnalysisWish & TreeWish,
  asking: AnalysisAsking,
): Promise<Trees> {
  const { meter, signal, report } = asking;
  report({ step: 'Finding the traces', done: 0, of: 4 });
  const scope = await resolveAnalysis(store, wish, asking);
  const selection = await readSelection(store, scope, { budget: BUDGET, asking });
  report({ step: 'Reading what they do', done: 1, of: 4 });
  const operations = meter.rows(await store.read(operationsQuery(selection, wish), signal));
  report({ step: 'Reading their spans', done: 2, of: 4 });
  const rows = meter.rows(
    await store.read(treesQuery(selection, { operations, byAddress: wish.byAddress }), signal),
  );
  report({ step: 'Putting them together', done: 3, of: 4 });
  return { selection, operations, rows };
}

/** Gives every trace to `add`, without keeping other requests waiting. */
export async function eachTrace(
  { rows }: Trees,
  add: (spans: TraceSpans) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const [i, row] of rows.entries()) {
    if (i % TRACES_PER_TURN === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
    add(spansOf(row));
  }
}

function spansOf(row: TreeRow): TraceSpans {
  return {
    selected: row.selected === 1,
    weight: row.weight,
    cut: row.span_count - row.operations.length,
    operations: row.operations.map((place) => (place < 0 ? OTHER : place)),
    parents: row.parents,
    starts: row.starts,
    durations: row.durations,
    errors: row.failed,
  };
}
