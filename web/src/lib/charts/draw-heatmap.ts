import { scaleLinear } from 'd3-scale';
import { formatDurationTick } from '../format/duration.ts';
import type { Surface } from './canvas-surface.ts';
import { type HeatmapBins, heatLevel } from './heatmap-bins.ts';
import {
  durationTicks,
  durationToY,
  type HeatmapCell,
  type PlotBox,
  plotBox,
} from './heatmap-plot.ts';
import type { Palette } from './palette.svelte.ts';
import { timeTicks } from './time-axis.ts';
import { distinctLabels } from './time-series-options.ts';

export interface HeatmapView {
  readonly bins: HeatmapBins;
  readonly fromMs: number;
  readonly toMs: number;
  readonly palette: Palette;
  readonly hover: HeatmapCell | undefined;
  /** Selected columns while dragging, inclusive; rows too where a box is selected. */
  readonly drag: HeatmapDrag | undefined;
  /** A selection that stands, in time and duration. */
  readonly selected?: HeatmapSelection | undefined;
  /** The moment pointed at in another chart. */
  readonly markMs?: number | undefined;
  /** Of a value on the axis; durations when absent. */
  readonly formatTick?: ((value: number) => string) | undefined;
}

export interface HeatmapDrag {
  readonly from: number;
  readonly to: number;
  readonly rows?: { readonly from: number; readonly to: number };
}

export interface HeatmapSelection {
  readonly fromMs: number;
  readonly toMs: number;
  readonly minNs: number;
  readonly maxNs: number;
}

/** Smaller cells touch: the gaps would be what one sees. */
const GAP_FROM_PX = 10;

/**
 * Below it a strip would be thinner than a pixel, and a few errors in many would look like many.
 */
const ERROR_SHARE_MIN = 0.05;

/** Colour for a level of 0 to 1. */
export function heatRamp(palette: Palette): (level: number) => string {
  const last = palette.heat.length - 1;
  return scaleLinear<string>()
    .domain(palette.heat.map((_, index) => index / last))
    .range([...palette.heat])
    .clamp(true);
}

/** Draws latency over time: cells, error shares at their foot, both axes, what is pointed at. */
export function drawHeatmap(surface: Surface, view: HeatmapView): void {
  const box = plotBox(surface.width, surface.height);
  drawDurationAxis(surface, view, box);
  drawTimeAxis(surface, view, box);
  drawCells(surface, view, box);
  drawPointed(surface, view, box);
}

function drawCells(surface: Surface, view: HeatmapView, box: PlotBox): void {
  const { context } = surface;
  const { bins, palette } = view;
  const ramp = heatRamp(palette);
  const width = box.width / bins.columns;
  const height = box.height / bins.rows;
  const gap = width > GAP_FROM_PX && height > GAP_FROM_PX ? 1 : 0;
  for (let column = 0; column < bins.columns; column += 1) {
    for (let row = 0; row < bins.rows; row += 1) {
      const count = bins.counts[column * bins.rows + row] ?? 0;
      if (count <= 0) continue;
      const x = box.left + column * width;
      const y = box.top + (bins.rows - 1 - row) * height;
      context.fillStyle = ramp(heatLevel(count, bins.countMax));
      context.fillRect(x, y, width - gap, height - gap);
      const share = (bins.errors[column * bins.rows + row] ?? 0) / count;
      if (share < ERROR_SHARE_MIN) continue;
      const strip = Math.max(1.5, (height - gap) * Math.min(1, share));
      context.fillStyle = palette.errors;
      context.fillRect(x, y + height - gap - strip, width - gap, strip);
    }
  }
}

function drawDurationAxis(surface: Surface, view: HeatmapView, box: PlotBox): void {
  const { context } = surface;
  context.font = `11px ${view.palette.font}`;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const ticks = durationTicks(view.bins, box);
  const labels = distinctLabels(ticks.map(view.formatTick ?? formatDurationTick));
  for (const [i, ns] of ticks.entries()) {
    const y = durationToY(view.bins, box, ns);
    context.fillStyle = view.palette.grid;
    context.fillRect(box.left, Math.round(y), box.width, 1);
    context.fillStyle = view.palette.textFaint;
    context.fillText(labels[i] ?? '', box.left - 8, y);
  }
}

function drawTimeAxis(surface: Surface, view: HeatmapView, box: PlotBox): void {
  const { context } = surface;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.fillStyle = view.palette.textFaint;
  for (const tick of timeTicks(view.fromMs, view.toMs, box.width)) {
    const share = (tick.ms - view.fromMs) / (view.toMs - view.fromMs);
    const half = context.measureText(tick.label).width / 2;
    const x = box.left + share * box.width;
    if (x + half > surface.width) continue;
    context.fillText(tick.label, x, box.top + box.height + 7);
  }
}

function drawPointed(surface: Surface, view: HeatmapView, box: PlotBox): void {
  const { context } = surface;
  const width = box.width / view.bins.columns;
  const height = box.height / view.bins.rows;
  if (view.drag !== undefined) drawDrag(surface, view, { box, drag: view.drag });
  if (view.selected !== undefined) drawSelected(surface, view, { box, selected: view.selected });
  if (view.markMs !== undefined && view.hover === undefined) {
    const share = (view.markMs - view.fromMs) / (view.toMs - view.fromMs);
    context.fillStyle = view.palette.textFaint;
    if (share >= 0 && share <= 1) {
      context.fillRect(Math.round(box.left + share * box.width), box.top, 1, box.height);
    }
  }
  if (view.hover === undefined) return;
  const y = box.top + (view.bins.rows - 1 - view.hover.row) * height;
  context.strokeStyle = view.palette.text;
  context.lineWidth = 1.5;
  context.strokeRect(box.left + view.hover.column * width, y, width, height);
}

function drawDrag(
  { context }: Surface,
  { bins, palette }: HeatmapView,
  { box, drag }: { readonly box: PlotBox; readonly drag: HeatmapDrag },
): void {
  const width = box.width / bins.columns;
  const height = box.height / bins.rows;
  const columns = Math.abs(drag.to - drag.from) + 1;
  const { from: firstRow, to: lastRow } = drag.rows ?? { from: 0, to: bins.rows - 1 };
  const rows = Math.abs(lastRow - firstRow) + 1;
  const x = box.left + Math.min(drag.from, drag.to) * width;
  const y = box.top + (bins.rows - 1 - Math.max(firstRow, lastRow)) * height;
  context.globalAlpha = 0.18;
  context.fillStyle = palette.accent;
  context.fillRect(x, y, columns * width, rows * height);
  context.globalAlpha = 1;
  if (drag.rows === undefined) return;
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.5;
  context.strokeRect(x, y, columns * width, rows * height);
}

/** The rest steps back, so that the selection is seen before its outline is. */
function drawSelected(
  { context }: Surface,
  view: HeatmapView,
  { box, selected }: { readonly box: PlotBox; readonly selected: HeatmapSelection },
): void {
  const spanMs = view.toMs - view.fromMs;
  const xOf = (ms: number): number =>
    box.left + Math.min(1, Math.max(0, (ms - view.fromMs) / spanMs)) * box.width;
  const left = xOf(selected.fromMs);
  const right = xOf(selected.toMs);
  const top = durationToY(view.bins, box, selected.maxNs);
  const bottom = durationToY(view.bins, box, selected.minNs);
  context.fillStyle = view.palette.surface;
  context.globalAlpha = 0.62;
  context.fillRect(box.left, box.top, box.width, top - box.top);
  context.fillRect(box.left, bottom, box.width, box.top + box.height - bottom);
  context.fillRect(box.left, top, left - box.left, bottom - top);
  context.fillRect(right, top, box.left + box.width - right, bottom - top);
  context.globalAlpha = 1;
  context.strokeStyle = view.palette.accent;
  context.lineWidth = 2;
  context.strokeRect(left, top, right - left, bottom - top);
}
