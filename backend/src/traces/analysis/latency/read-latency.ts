import type {
  BreakdownResponse,
  FlameFrame,
  FrameTimes,
  LatencyResponse,
  TraceNotes,
} from '../../../api/contract/index.ts';
import { cutName } from '../../../cut-name.ts';
import { spanKindName } from '../../../model/services/summaries.ts';
import type { StoreReader } from '../../../store-reader.ts';
import type { AnalysisAsking, AnalysisWish } from '../analysis-scope.ts';
import { Breakdown } from './breakdown.ts';
import {
  CALLER_MISSING,
  FlameGraph,
  type Frame,
  type FrameSums,
  type Operation,
} from './flame-graph.ts';
import { eachTrace, readTrees, type Trees } from './read-trees.ts';

/** Frames of an answer; the smallest are left out with what is below them. */
const FRAMES_MAX = 3000;
const SERVICES_MAX = 200;

/** Where the time of the selected traces goes, beside the baseline. */
export async function readLatency(
  store: StoreReader,
  wish: AnalysisWish,
  asking: AnalysisAsking,
): Promise<LatencyResponse> {
  const trees = await readTrees(store, { ...wish, byAddress: false }, asking);
  const graph = new FlameGraph(trees.operations);
  await eachTrace(trees, (spans) => graph.add(spans), asking.signal);
  return {
    selection: await trees.selection.summary,
    requests: graph.traces,
    frames: largestFrames(graph.finish(), trees.operations),
    notes: graph.notes,
    cost: asking.meter.cost,
  };
}

/** The largest frames, parents before children; the share of either side counts. */
function largestFrames(frames: readonly Frame[], operations: readonly Operation[]): FlameFrame[] {
  const [all] = frames;
  const shareOf = ({ selected, baseline }: Frame): number =>
    Math.max(
      selected.total / Math.max(all?.selected.total ?? 0, 1),
      baseline.total / Math.max(all?.baseline.total ?? 0, 1),
      // What takes no time at all is still there.
      (selected.spans + baseline.spans) * 1e-12,
    );
  const kept = frames
    .map((frame, i) => ({ frame, i, share: i === 0 ? 2 : shareOf(frame) }))
    .sort((a, b) => b.share - a.share || a.i - b.i)
    .slice(0, FRAMES_MAX)
    .sort((a, b) => a.i - b.i);
  const placeOf = new Map<number, number>();
  const shown: FlameFrame[] = [];
  for (const { frame, i } of kept) {
    const parent = i === 0 ? -1 : placeOf.get(frame.parent);
    if (parent === undefined) continue;
    placeOf.set(i, shown.length);
    shown.push(frameOf(frame, { parent, operation: operations[frame.operation] }));
  }
  return shown;
}

function frameOf(
  frame: Frame,
  { parent, operation }: { readonly parent: number; readonly operation: Operation | undefined },
): FlameFrame {
  const lost = frame.operation === CALLER_MISSING ? 'missing' : 'other';
  return {
    parent,
    service: cutName(operation?.service ?? ''),
    name: cutName(operation?.name ?? ''),
    kind: spanKindName(operation?.kind ?? 0),
    what: parent < 0 ? 'all' : operation === undefined ? lost : 'span',
    selected: timesOf(frame.selected),
    baseline: timesOf(frame.baseline),
  };
}

function timesOf(sums: FrameSums): FrameTimes {
  return {
    spans: sums.spans,
    errors: sums.errors,
    selfNs: Math.round(sums.self),
    totalNs: Math.round(sums.total),
    criticalSelfNs: Math.round(sums.criticalSelf),
    criticalTotalNs: Math.round(sums.criticalTotal),
  };
}

/** What the requests of one service wait for. */
export async function readBreakdown(
  store: StoreReader,
  wish: AnalysisWish & { readonly service: string | undefined },
  asking: AnalysisAsking,
): Promise<BreakdownResponse> {
  const trees = await readTrees(store, { ...wish, byAddress: true }, asking);
  const services = servicesOf(trees);
  const service = wish.service ?? services[0] ?? '';
  const breakdown = new Breakdown(service, trees.operations);
  const graph = new FlameGraph(trees.operations);
  await eachTrace(
    trees,
    (spans) => {
      breakdown.add(spans);
      graph.note(spans);
    },
    asking.signal,
  );
  const notes: TraceNotes = graph.notes;
  return {
    selection: await trees.selection.summary,
    service,
    services,
    requests: breakdown.requests,
    timeNs: breakdown.time,
    parts: breakdown.parts
      .map(({ kind, name, selected, baseline }) => ({
        ...{ kind, name: cutName(name) },
        selected: partTimes(selected),
        baseline: partTimes(baseline),
      }))
      .sort(
        (a, b) => b.selected.timeNs - a.selected.timeNs || b.baseline.timeNs - a.baseline.timeNs,
      ),
    notes,
    cost: asking.meter.cost,
  };
}

function partTimes({ time, calls, errors, requests }: Breakdown['parts'][number]['selected']): {
  timeNs: number;
  calls: number;
  errors: number;
  requests: number;
} {
  return { timeNs: Math.round(time), calls, errors, requests };
}

/** By the number of their spans, those that are asked for first. */
function servicesOf({ operations }: Trees): string[] {
  return [...new Set(operations.map(({ service }) => service))].slice(0, SERVICES_MAX);
}
