import type { LatencyHeatmap } from '@sonde/backend/api-contract';

/** A heatmap ready to draw: columns are time steps (perhaps several as one), rows are durations. */
export interface HeatmapBins {
  readonly columns: number;
  readonly rows: number;
  readonly columnMs: number;
  /** `rows + 1` ascending edges. */
  readonly edgesNs: readonly number[];
  /** `counts[column * rows + row]`. */
  readonly counts: Float64Array;
  readonly errors: Float64Array;
  /** Largest count, for the colour scale. */
  readonly countMax: number;
  readonly total: number;
  /** The lowest row holds durations of 0 or less as well, far below the others. */
  readonly holdsZero: boolean;
}

export interface BinLimits {
  readonly columnsMax: number;
  readonly rowsMax: number;
}

/** Quiet rows kept above and below the used ones, so that the edge is seen as one. */
const MARGIN_ROWS = 1;

/**
 * The last bucket is open above when it has no upper edge: it is drawn as wide as the one below.
 */
const OPEN_FACTOR = 2;

/**
 * Spans that end when they start, or before, are in the first bucket, 1 ns. Where the others are more
 * than this many buckets away, they are drawn right below them: one such span must not take the
 * picture's height from the thousands that took time.
 */
const ZERO_GAP_MAX = 8;

/** Cuts unused durations away and adds neighbours together until the grid fits the limits. */
export function binHeatmap(
  heatmap: LatencyHeatmap,
  stepMs: number,
  limits: BinLimits,
): HeatmapBins {
  const all = usedBuckets(heatmap);
  const holdsZero = all.above - all.from > ZERO_GAP_MAX;
  const used = holdsZero ? { from: all.above - MARGIN_ROWS, to: all.to } : all;
  const columnFactor = Math.max(1, Math.ceil(heatmap.counts.length / limits.columnsMax));
  const rowFactor = Math.max(1, Math.ceil((used.to - used.from) / limits.rowsMax));
  const columns = Math.ceil(heatmap.counts.length / columnFactor);
  const rows = Math.ceil((used.to - used.from) / rowFactor);
  const counts = new Float64Array(columns * rows);
  const errors = new Float64Array(columns * rows);
  heatmap.counts.forEach((step, stepIndex) => {
    const column = Math.floor(stepIndex / columnFactor);
    for (let bucket = holdsZero ? 0 : used.from; bucket < used.to; bucket += 1) {
      const cell = column * rows + Math.floor(Math.max(0, bucket - used.from) / rowFactor);
      counts[cell] = (counts[cell] ?? 0) + (step[bucket] ?? 0);
      errors[cell] = (errors[cell] ?? 0) + (heatmap.errors[stepIndex]?.[bucket] ?? 0);
    }
  });
  const edgesNs = Array.from({ length: rows + 1 }, (_, row) =>
    edgeAt(
      heatmap.bucketsNs,
      holdsZero && row === 0 ? 0 : Math.min(used.to, used.from + row * rowFactor),
    ),
  );
  return {
    columns,
    rows,
    columnMs: stepMs * columnFactor,
    edgesNs,
    counts,
    errors,
    countMax: counts.reduce((max, count) => Math.max(max, count), 0),
    total: counts.reduce((sum, count) => sum + count, 0),
    holdsZero,
  };
}

/** Where a count lies on the colour ramp, 0 to 1. A square root: a single request is still seen. */
export function heatLevel(count: number, countMax: number): number {
  if (count <= 0 || countMax <= 0) return 0;
  return Math.sqrt(Math.min(1, count / countMax));
}

interface UsedBuckets {
  readonly from: number;
  readonly to: number;
  /** The lowest used one when the first is left out of account; 0 when only that one is used. */
  readonly above: number;
}

function usedBuckets(heatmap: LatencyHeatmap): UsedBuckets {
  const bucketCount = Math.max(heatmap.bucketsNs.length - 1, ...heatmap.counts.map(lengthOf));
  let from = bucketCount;
  let above = bucketCount;
  let to = 0;
  for (const step of heatmap.counts) {
    for (let bucket = 0; bucket < step.length; bucket += 1) {
      if ((step[bucket] ?? 0) <= 0) continue;
      from = Math.min(from, bucket);
      if (bucket > 0) above = Math.min(above, bucket);
      to = Math.max(to, bucket + 1);
    }
  }
  if (to === 0) return { from: 0, to: bucketCount, above: 0 };
  return {
    from: Math.max(0, from - MARGIN_ROWS),
    to: Math.min(bucketCount, to + MARGIN_ROWS),
    above: from === 0 && above < bucketCount ? above : 0,
  };
}

function lengthOf(list: readonly number[]): number {
  return list.length;
}

function edgeAt(bucketsNs: readonly number[], index: number): number {
  const edge = bucketsNs[index];
  if (edge !== undefined && Number.isFinite(edge)) return edge;
  return (bucketsNs[index - 1] ?? 1) * OPEN_FACTOR;
}
