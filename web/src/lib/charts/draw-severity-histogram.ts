import type { LogsResponse } from '@sonde/backend/api-contract';
import { formatCount } from '../format/count.ts';
import type { Surface } from './canvas-surface.ts';
import type { Palette } from './palette.svelte.ts';
import { timeTicks } from './time-axis.ts';

export interface SeverityHistogramView {
  readonly histogram: LogsResponse['histogram'];
  readonly palette: Palette;
  readonly hover: number;
  readonly drag: { readonly from: number; readonly to: number } | undefined;
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

export function stepCount(histogram: LogsResponse['histogram']): number {
  return Math.max(histogram.error.length, histogram.warn.length, histogram.other.length);
}

/** The step under a point, -1 outside. */
export function stepAt(x: number, width: number, steps: number): number {
  const plotWidth = width - HISTOGRAM_PAD.left - HISTOGRAM_PAD.right;
  const share = (x - HISTOGRAM_PAD.left) / plotWidth;
  return share < 0 || share >= 1 ? -1 : Math.floor(share * steps);
}

/** Draws records a step, errors at the bottom, then warnings, then the rest. */
export function drawSeverityHistogram(surface: Surface, view: SeverityHistogramView): void {
  const plot = plotOf(surface, view);
  drawAxes(surface, view, plot);
  drawBars(surface, view, plot);
  if (view.drag === undefined) return;
  const step = plot.width / Math.max(1, plot.steps);
  const from = Math.min(view.drag.from, view.drag.to);
  const count = Math.abs(view.drag.to - view.drag.from) + 1;
  surface.context.globalAlpha = 0.18;
  surface.context.fillStyle = view.palette.accent;
  surface.context.fillRect(plot.left + from * step, plot.top, count * step, plot.height);
  surface.context.globalAlpha = 1;
}

function plotOf(surface: Surface, view: SeverityHistogramView): Plot {
  const steps = stepCount(view.histogram);
  let peak = 0;
  for (let step = 0; step < steps; step += 1) {
    const { error, warn, other } = view.histogram;
    peak = Math.max(peak, (error[step] ?? 0) + (warn[step] ?? 0) + (other[step] ?? 0));
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

function drawAxes(surface: Surface, view: SeverityHistogramView, plot: Plot): void {
  const { context } = surface;
  const { palette, histogram } = view;
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
  const toMs = histogram.fromMs + plot.steps * histogram.stepMs;
  for (const tick of timeTicks(histogram.fromMs, toMs, plot.width)) {
    const x = plot.left + ((tick.ms - histogram.fromMs) / (toMs - histogram.fromMs)) * plot.width;
    const half = context.measureText(tick.label).width / 2;
    if (x + half < surface.width) context.fillText(tick.label, x, bottom + 6);
  }
}

function drawBars(surface: Surface, view: SeverityHistogramView, plot: Plot): void {
  if (plot.peak === 0) return;
  const { error, warn, other } = view.histogram;
  const { palette } = view;
  const step = plot.width / plot.steps;
  const width = Math.max(1, step - (step > 3 ? 1 : 0));
  for (let index = 0; index < plot.steps; index += 1) {
    const x = plot.left + index * step;
    let bottom = plot.top + plot.height;
    const layers = [
      { count: error[index] ?? 0, colour: palette.errors },
      { count: warn[index] ?? 0, colour: palette.warn },
      { count: other[index] ?? 0, colour: palette.quiet },
    ];
    for (const { count, colour } of layers) {
      if (count <= 0) continue;
      const height = Math.max(1, (count / plot.peak) * plot.height);
      surface.context.fillStyle = colour;
      surface.context.fillRect(x, bottom - height, width, height);
      bottom -= height;
    }
    if (index === view.hover) {
      surface.context.fillStyle = palette.text;
      surface.context.fillRect(x, plot.top + plot.height, width, 2);
    }
  }
}
