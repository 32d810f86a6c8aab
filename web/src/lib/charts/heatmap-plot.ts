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

/** Rows whose lower edge gets a label: the first of each 1-2-5 step, with room for the text. */
export function labelledRows(bins: HeatmapBins, box: PlotBox): number[] {
  const LABEL_PX = 22;
  const every = Math.max(1, Math.ceil((LABEL_PX * bins.rows) / box.height));
  const rows: number[] = [];
  for (let row = 0; row <= bins.rows; row += every) rows.push(row);
  return rows;
}
