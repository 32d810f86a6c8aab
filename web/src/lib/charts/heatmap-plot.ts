import type { HeatmapBins } from './heatmap-bins.ts';

/** Room around the cells, in CSS pixels. */
export const HEATMAP_PAD = { left: 64, right: 12, top: 8, bottom: 22 } as const;

export interface PlotBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface HeatmapCell {
  readonly column: number;
  readonly row: number;
}

export function plotBox(width: number, height: number): PlotBox {
  return {
    left: HEATMAP_PAD.left,
    top: HEATMAP_PAD.top,
    width: Math.max(1, width - HEATMAP_PAD.left - HEATMAP_PAD.right),
    height: Math.max(1, height - HEATMAP_PAD.top - HEATMAP_PAD.bottom),
  };
}

/** The cell under a point of the canvas; undefined outside of the plot. */
export function cellAt(
  bins: HeatmapBins,
  box: PlotBox,
  point: { readonly x: number; readonly y: number },
): HeatmapCell | undefined {
  const across = (point.x - box.left) / box.width;
  const up = 1 - (point.y - box.top) / box.height;
  if (across < 0 || across >= 1 || up < 0 || up >= 1) return undefined;
  return { column: Math.floor(across * bins.columns), row: Math.floor(up * bins.rows) };
}

/** Least distance of two labels. */
const LABEL_PX = 24;

/** Multiples of a power of ten that get a label, the most that fit. */
const MULTIPLES: readonly (readonly number[])[] = [[1, 2, 5], [1, 3], [1]];

/** Round durations (1 ms, 2 ms, 5 ms, 10 ms, ...) within the plot, as many as have room. */
export function durationTicks(bins: HeatmapBins, box: PlotBox): number[] {
  const low = bins.edgesNs[bins.holdsZero ? 1 : 0] ?? 0;
  const high = bins.edgesNs.at(-1) ?? 0;
  if (low <= 0 || high <= low) return [];
  const decadePx = box.height / Math.log10(high / low);
  const multiples = MULTIPLES.find((list) => decadePx / list.length >= LABEL_PX) ?? [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const multiple of multiples) {
      const ns = multiple * 10 ** power;
      if (ns >= low && ns <= high) ticks.push(ns);
    }
  }
  return ticks;
}

/** Height of a duration: rows are equally high, between two edges it goes by the logarithm. */
export function durationToY(bins: HeatmapBins, box: PlotBox, ns: number): number {
  const above = bins.edgesNs.findIndex((edge) => edge > ns);
  const row = above < 0 ? bins.rows : Math.max(0, above - 1);
  const low = bins.edgesNs[row] ?? ns;
  const high = bins.edgesNs[row + 1] ?? low;
  const within = low > 0 && high > low && ns > low ? Math.log(ns / low) / Math.log(high / low) : 0;
  return box.top + box.height * (1 - Math.min(1, (row + within) / bins.rows));
}
