import type { TraceLayout } from './layout.ts';

/** Spans in lanes: a child lies below its parent, and no two of a lane overlap. */
export interface FlameLayout {
  /** Lane of each row of the trace. */
  readonly laneOf: Uint16Array;
  /** Rows of each lane by start. */
  readonly lanes: readonly (readonly number[])[];
  /** True when more happened at once than there are lanes: the last lane holds the rest. */
  readonly isCut: boolean;
}

/** Past it a screen of scrolling tells nothing more. */
export const LANES_MAX = 600;

export function layoutFlame(trace: TraceLayout): FlameLayout {
  const count = trace.spans.length;
  const byStart = Array.from({ length: count }, (_, row) => row).sort(
    (a, b) =>
      (trace.startNs[a] ?? 0) - (trace.startNs[b] ?? 0) ||
      (trace.depth[a] ?? 0) - (trace.depth[b] ?? 0) ||
      a - b,
  );
  const laneOf = new Uint16Array(count);
  const laneEndNs: number[] = [];
  const lanes: number[][] = [];
  let isCut = false;
  for (const row of byStart) {
    const parent = trace.parentRow[row] ?? -1;
    // A parent that starts after its child (clock skew) has no lane yet: the depth stands in.
    const above = parent < 0 ? 0 : (laneOf[parent] ?? 0) + 1;
    const lane = freeLane(laneEndNs, above, trace.startNs[row] ?? 0);
    if (lane === LANES_MAX - 1 && (laneEndNs[lane] ?? 0) > (trace.startNs[row] ?? 0)) isCut = true;
    laneOf[row] = lane;
    laneEndNs[lane] = Math.max(laneEndNs[lane] ?? 0, trace.endNs[row] ?? 0);
    for (let missing = lanes.length; missing <= lane; missing += 1) lanes.push([]);
    lanes[lane]?.push(row);
  }
  return { laneOf, lanes, isCut };
}

function freeLane(laneEndNs: readonly number[], above: number, startNs: number): number {
  let lane = Math.min(above, LANES_MAX - 1);
  while (lane < LANES_MAX - 1 && (laneEndNs[lane] ?? 0) > startNs) lane += 1;
  return lane;
}

/** The row of a lane at a time; -1 where there is none. `slackNs` makes thin bars easy to hit. */
export function rowAtTime(
  trace: TraceLayout,
  lane: readonly number[],
  ns: number,
  slackNs: number,
): number {
  let low = 0;
  let high = lane.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((trace.startNs[lane[middle] ?? 0] ?? 0) <= ns + slackNs) low = middle + 1;
    else high = middle;
  }
  const row = lane[low - 1];
  if (row === undefined) return -1;
  return (trace.endNs[row] ?? 0) + slackNs >= ns ? row : -1;
}
