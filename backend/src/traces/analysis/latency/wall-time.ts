import type { TraceTree } from './trace-tree.ts';

/**
 * Wall-clock time by span, nanoseconds: every moment belongs to the spans that then run without a
 * running child, in equal shares when they are several. The sum is the time in which anything ran.
 */
export function wallTimes(tree: TraceTree): Float64Array {
  const { parents, starts, ends, order } = tree;
  const times = new Float64Array(starts.length);
  const running = new Uint32Array(starts.length);
  /** The clock of shares when a span began to get some. */
  const since = new Float64Array(starts.length);
  let [shares, leaves, now] = [0, 0, 0];
  const enter = (i: number): void => {
    leaves += 1;
    since[i] = shares;
  };
  const leave = (i: number): void => {
    leaves -= 1;
    times[i] = (times[i] ?? 0) + shares - (since[i] ?? 0);
  };
  for (const { at, span, isStart } of edgesOf(order, starts, ends)) {
    if (leaves > 0) shares += (at - now) / leaves;
    now = at;
    const parent = parents[span] ?? -1;
    const siblings = parent < 0 ? 0 : (running[parent] ?? 0);
    if (isStart) {
      if (parent >= 0 && siblings === 0) leave(parent);
      if (parent >= 0) running[parent] = siblings + 1;
      enter(span);
    } else {
      leave(span);
      if (parent >= 0) running[parent] = siblings - 1;
      if (parent >= 0 && siblings === 1) enter(parent);
    }
  }
  return times;
}

interface Edge {
  readonly at: number;
  readonly span: number;
  readonly isStart: boolean;
}

/** Starts and ends in order; of one moment children end first, then parents start first. */
function edgesOf(
  order: readonly number[],
  starts: readonly number[],
  ends: readonly number[],
): Edge[] {
  const lasting = order.filter((i) => (ends[i] ?? 0) > (starts[i] ?? 0));
  const ending = lasting
    .toReversed()
    .map((span) => ({ at: ends[span] ?? 0, span, isStart: false }));
  const starting = lasting.map((span) => ({ at: starts[span] ?? 0, span, isStart: true }));
  return [...ending, ...starting].sort((a, b) => a.at - b.at);
}

/**
 * Time on the critical path by span: from the end of each tree backwards, always into the child that
 * finished last before the point reached, and the rest to the span itself.
 */
export function criticalTimes(tree: TraceTree): Float64Array {
  const { parents, children, starts, ends, order } = tree;
  const times = new Float64Array(starts.length);
  const stack = order.filter((i) => (parents[i] ?? -1) < 0);
  for (let span = stack.pop(); span !== undefined; span = stack.pop()) {
    let cursor = ends[span] ?? 0;
    const byEnd = [...(children[span] ?? [])].sort((a, b) => (ends[b] ?? 0) - (ends[a] ?? 0));
    let own = 0;
    for (const child of byEnd) {
      const [from, to] = [starts[child] ?? 0, ends[child] ?? 0];
      if (to > cursor || to <= from) continue;
      own += cursor - to;
      cursor = from;
      stack.push(child);
    }
    times[span] = own + cursor - (starts[span] ?? 0);
  }
  return times;
}
