import { type TraceSpans, type TraceTree, traceTree } from './trace-tree.ts';
import { criticalTimes, wallTimes } from './wall-time.ts';

/** An operation that spans name by its index. */
export interface Operation {
  readonly service: string;
  readonly name: string;
  /** OTLP's number. */
  readonly kind: number;
  /** Who is called, where a span says so. */
  readonly peer: string;
}

/** Sums over traces; times are nanoseconds with the weight applied. */
export interface FrameSums {
  spans: number;
  errors: number;
  /** Wall-clock time in the span itself. */
  self: number;
  /** The same with everything below. */
  total: number;
  criticalSelf: number;
  criticalTotal: number;
}

/** One path of operations from the first span. */
export interface Frame {
  readonly parent: number;
  /** Index of the operation; -1: the caller is not stored, -2: too many different paths. */
  readonly operation: number;
  readonly depth: number;
  readonly selected: FrameSums;
  readonly baseline: FrameSums;
}

export const CALLER_MISSING: number = -1;
export const OTHER: number = -2;
const FRAMES_MAX = 20_000;

/** What was looked at, and what was wrong with it; of the selected and the baseline together. */
export interface GraphNotes {
  spans: number;
  cutTraces: number;
  cutSpans: number;
  missingParents: number;
  inCycles: number;
  skewed: number;
  negativeDurations: number;
}

/** Adds traces up to a flame graph; its memory grows with different paths, not with spans. */
export class FlameGraph {
  readonly #operations: readonly Operation[];
  readonly frames: Frame[] = [frame(-1, OTHER, 0)];
  readonly #children = new Map<string, number>();
  readonly traces: { selected: number; baseline: number } = { selected: 0, baseline: 0 };
  readonly notes: GraphNotes = {
    ...{ spans: 0, cutTraces: 0, cutSpans: 0, missingParents: 0 },
    ...{ inCycles: 0, skewed: 0, negativeDurations: 0 },
  };

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
  }

  add(spans: TraceSpans): void {
    const tree = this.#treeOf(spans);
    const walls = wallTimes(tree);
    const criticals = criticalTimes(tree);
    const side = spans.selected ? 'selected' : 'baseline';
    this.traces[side] += spans.weight;
    this.#noteTree(spans, tree);
    const frameOf = new Int32Array(walls.length);
    for (const i of tree.order) {
      const at = this.#frameOf(spans, tree, { i, frameOf });
      frameOf[i] = at;
      const sums = this.frames[at]?.[side];
      if (sums === undefined) continue;
      sums.spans += spans.weight;
      sums.errors += (spans.errors[i] ?? 0) * spans.weight;
      sums.self += (walls[i] ?? 0) * spans.weight;
      sums.criticalSelf += (criticals[i] ?? 0) * spans.weight;
    }
  }

  /** The frames with their totals; the first is the sum of all. */
  finish(): readonly Frame[] {
    for (const { selected, baseline } of this.frames) {
      for (const sums of [selected, baseline]) {
        sums.total = sums.self;
        sums.criticalTotal = sums.criticalSelf;
      }
    }
    for (let i = this.frames.length - 1; i > 0; i--) {
      const at = this.frames[i];
      const parent = this.frames[at?.parent ?? 0];
      if (at === undefined || parent === undefined) continue;
      for (const side of ['selected', 'baseline'] as const) {
        parent[side].total += at[side].total;
        parent[side].criticalTotal += at[side].criticalTotal;
      }
    }
    return this.frames;
  }

  #frameOf(
    spans: TraceSpans,
    tree: TraceTree,
    { i, frameOf }: { readonly i: number; readonly frameOf: Int32Array },
  ): number {
    const operation = spans.operations[i] ?? OTHER;
    const parent = tree.parents[i] ?? -1;
    if (parent >= 0) return this.#child(frameOf[parent] ?? 0, operation);
    const isLost = (spans.parents[i] ?? 0) < 0;
    return this.#child(isLost ? this.#child(0, CALLER_MISSING) : 0, operation);
  }

  #child(parent: number, operation: number): number {
    const key = `${parent} ${operation}`;
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const above = this.frames[parent];
    // A path that goes on and on, or a new name in every trace, must not fill the memory.
    if (above === undefined || above.depth >= DEPTH_MAX) return parent;
    if (this.frames.length >= FRAMES_MAX) {
      return operation === OTHER || above.operation === OTHER ? parent : this.#other(parent);
    }
    this.frames.push(frame(parent, operation, above.depth + 1));
    this.#children.set(key, this.frames.length - 1);
    return this.frames.length - 1;
  }

  #other(parent: number): number {
    const known = this.#children.get(`${parent} ${OTHER}`);
    if (known !== undefined || this.frames.length >= 2 * FRAMES_MAX) return known ?? parent;
    this.frames.push(frame(parent, OTHER, (this.frames[parent]?.depth ?? 0) + 1));
    this.#children.set(`${parent} ${OTHER}`, this.frames.length - 1);
    return this.frames.length - 1;
  }

  /** Counts a trace and what is wrong with it, without its times. */
  note(spans: TraceSpans): void {
    this.#noteTree(spans, this.#treeOf(spans));
  }

  #treeOf(spans: TraceSpans): TraceTree {
    return traceTree(spans, (operation) => isServed(this.#operations[operation]));
  }

  #noteTree(spans: TraceSpans, { notes }: TraceTree): void {
    this.notes.spans += spans.operations.length;
    this.notes.cutTraces += spans.cut > 0 ? 1 : 0;
    this.notes.cutSpans += spans.cut;
    this.notes.missingParents += notes.missingParents;
    this.notes.inCycles += notes.inCycles;
    this.notes.skewed += notes.skewed;
    this.notes.negativeDurations += notes.negativeDurations;
  }
}

const DEPTH_MAX = 128;
const SERVER = 2;
const CONSUMER = 5;

/** Its clock may be another than its caller's. */
function isServed(operation: Operation | undefined): boolean {
  return operation?.kind === SERVER || operation?.kind === CONSUMER;
}

function frame(parent: number, operation: number, depth: number): Frame {
  return { parent, operation, depth, selected: noSums(), baseline: noSums() };
}

function noSums(): FrameSums {
  return { spans: 0, errors: 0, self: 0, total: 0, criticalSelf: 0, criticalTotal: 0 };
}
