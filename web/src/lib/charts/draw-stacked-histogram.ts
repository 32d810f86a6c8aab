import { formatCount } from '../format/count.ts';
import type { Surface } from './canvas-surface.ts';
import type { Palette } from './palette.svelte.ts';
import { timeTicks } from './time-axis.ts';

/** Counts a step, drawn one on the other: the first series at the bottom. */
export interface StackedSeries {
  readonly label: string;
  /** A colour that a canvas takes. */
  readonly colour: string;
  readonly counts: readonly number[];
}

export interface StackedHistogramView {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly series: readonly StackedSeries[];
  readonly palette: Palette;
  readonly hover: number;
  readonly drag: { readonly from: number; readonly to: number } | undefined;
  /** The moment pointed at in another chart. */
  readonly markMs: number | undefined;
}

/** Room around the bars, in CSS pixels. */
export const HISTOGRAM_PAD = { left: 52, right: 12, top: 10, bottom: 20 } as const;

interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly peak: number;
}

export function stepCount(series: readonly StackedSeries[]): number {
  return Math.max(0, ...series.map(({ counts }) => counts.length));
}

/** The step under a point, -1 outside. */
export function stepAt(x: number, width: number, steps: number): number {
  const plotWidth = width - HISTOGRAM_PAD.left - HISTOGRAM_PAD.right;
  const share = (x - HISTOGRAM_PAD.left) / plotWidth;
  return share < 0 || share >= 1 ? -1 : Math.floor(share * steps);
}

/** Draws records a step. */
export function drawStackedHistogram(surface: Surface, view: StackedHistogramView): void {
  const plot = plotOf(surface, view);
  drawAxes(surface, view, plot);
  drawBars(surface, view, plot);
  drawMark(surface, view, plot);
  if (view.drag === undefined) return;
  const step = plot.width / Math.max(1, plot.steps);
  const from = Math.min(view.drag.from, view.drag.to);
  const count = Math.abs(view.drag.to - view.drag.from) + 1;
  surface.context.globalAlpha = 0.18;
  surface.context.fillStyle = view.palette.accent;
  surface.context.fillRect(plot.left + from * step, plot.top, count * step, plot.height);
  surface.context.globalAlpha = 1;
}

function plotOf(surface: Surface, { series }: StackedHistogramView): Plot {
  const steps = stepCount(series);
  let peak = 0;
  for (let step = 0; step < steps; step += 1) {
    peak = Math.max(
      peak,
      series.reduce((sum, { counts }) => sum + (counts[step] ?? 0), 0),
    );
  }
  return {
    left: HISTOGRAM_PAD.left,
    top: HISTOGRAM_PAD.top,
    width: Math.max(1, surface.width - HISTOGRAM_PAD.left - HISTOGRAM_PAD.right),
    height: Math.max(1, surface.height - HISTOGRAM_PAD.top - HISTOGRAM_PAD.bottom),
    steps,
    peak,
  };
}

function drawAxes(surface: Surface, view: StackedHistogramView, plot: Plot): void {
  const { context } = surface;
  const { palette, fromMs, stepMs } = view;
  const bottom = plot.top + plot.height;
  context.fillStyle = palette.grid;
  context.fillRect(plot.left, plot.top, plot.width, 1);
  context.fillRect(plot.left, bottom, plot.width, 1);
  context.font = `11px ${palette.font}`;
  context.fillStyle = palette.textFaint;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  if (plot.peak > 0) context.fillText(formatCount(plot.peak), plot.left - 8, plot.top + 1);
  context.fillText('0', plot.left - 8, bottom);
  context.textAlign = 'center';
  context.textBaseline = 'top';
  const toMs = fromMs + plot.steps * stepMs;
  for (const tick of timeTicks(fromMs, toMs, plot.width)) {
    const x = plot.left + ((tick.ms - fromMs) / (toMs - fromMs)) * plot.width;
    const half = context.measureText(tick.label).width / 2;
    if (x + half < surface.width) context.fillText(tick.label, x, bottom + 6);
  }
}

function drawBars(surface: Surface, view: StackedHistogramView, plot: Plot): void {
  if (plot.peak === 0) return;
  const step = plot.width / plot.steps;
  const width = Math.max(1, step - (step > 3 ? 1 : 0));
  for (let index = 0; index < plot.steps; index += 1) {
    const x = plot.left + index * step;
    let bottom = plot.top + plot.height;
    for (const { counts, colour } of view.series) {
      const count = counts[index] ?? 0;
      if (count <= 0) continue;
      const height = Math.max(1, (count / plot.peak) * plot.height);
      surface.context.fillStyle = colour;
      surface.context.fillRect(x, bottom - height, width, height);
      bottom -= height;
    }
    if (index === view.hover) {
      surface.context.fillStyle = view.palette.text;
      surface.context.fillRect(x, plot.top + plot.height, width, 2);
    }
  }
}

function drawMark(surface: Surface, view: StackedHistogramView, plot: Plot): void {
  if (view.markMs === undefined || view.hover >= 0) return;
  const share = (view.markMs - view.fromMs) / (plot.steps * view.stepMs);
  if (share < 0 || share > 1) return;
  surface.context.fillStyle = view.palette.textFaint;
  surface.context.fillRect(Math.round(plot.left + share * plot.width), plot.top, 1, plot.height);
}
