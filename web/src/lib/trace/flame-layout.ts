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

/** So many are sorted by insertion; a sort of their own costs more. */
const INSERTED_MAX = 12;

export function layoutFlame(trace: TraceLayout): FlameLayout {
  const count = trace.spans.length;
  const laneOf = new Uint16Array(count);
  const laneEndNs = new Float64Array(LANES_MAX);
  const lanes: number[][] = [];
  let isCut = false;
  for (const row of rowsByStart(trace)) {
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

/**
 * Rows by start, then by depth. Dealt to as many stretches of time as there are rows, each of which is
 * sorted: starts that are spread cost no comparison, and the worst case is one sort of all.
 */
function rowsByStart(trace: TraceLayout): Int32Array {
  const { startNs, depth, durationNs } = trace;
  const count = startNs.length;
  const perNs = count / (durationNs + 1);
  const stretchOf = (row: number): number => Math.floor((startNs[row] ?? 0) * perNs);
  const ends = new Int32Array(count + 1);
  for (let row = 0; row < count; row += 1) {
    const after = stretchOf(row) + 1;
    ends[after] = (ends[after] ?? 0) + 1;
  }
  for (let i = 1; i <= count; i += 1) ends[i] = (ends[i] ?? 0) + (ends[i - 1] ?? 0);
  // From here on: where the next row of a stretch goes, at last its end.
  const sorted = new Int32Array(count);
  for (let row = 0; row < count; row += 1) {
    const stretch = stretchOf(row);
    const place = ends[stretch] ?? 0;
    sorted[place] = row;
    ends[stretch] = place + 1;
  }
  const byStart = (a: number, b: number): number =>
    (startNs[a] ?? 0) - (startNs[b] ?? 0) || (depth[a] ?? 0) - (depth[b] ?? 0) || a - b;
  for (let stretch = 0, from = 0; stretch < count; stretch += 1) {
    const to = ends[stretch] ?? 0;
    if (to - from > INSERTED_MAX) sorted.subarray(from, to).sort(byStart);
    else insertionSort(sorted, { from, to }, byStart);
    from = to;
  }
  return sorted;
}

/** Sorts a few in place. */
function insertionSort(
  rows: Int32Array,
  { from, to }: { readonly from: number; readonly to: number },
  compare: (a: number, b: number) => number,
): void {
  for (let next = from + 1; next < to; next += 1) {
    const row = rows[next] ?? 0;
    let place = next;
    while (place > from && compare(rows[place - 1] ?? 0, row) > 0) {
      rows[place] = rows[place - 1] ?? 0;
      place -= 1;
    }
    rows[place] = row;
  }
}

function freeLane(laneEndNs: Float64Array, above: number, startNs: number): number {
  const last = LANES_MAX - 1;
  for (let lane = above; lane < last; lane += 1) if ((laneEndNs[lane] ?? 0) <= startNs) return lane;
  return last;
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
