import { formatRate } from '../format/rate.ts';
import type { Surface } from './canvas-surface.ts';
import { plotBox } from './heatmap-plot.ts';
import type { Palette } from './palette.svelte.ts';

export interface VolumeView {
  /** A value a step. */
  readonly requests: readonly number[];
  readonly errors: readonly number[];
  readonly stepMs: number;
  readonly palette: Palette;
  /** The step that is pointed at, -1 for none. */
  readonly hover: number;
  readonly drag: { readonly from: number; readonly to: number } | undefined;
}

/** Draws requests a second as bars, their errors in front, above a heatmap of the same width. */
export function drawVolume(surface: Surface, view: VolumeView): void {
  const { context } = surface;
  const { palette, requests, errors } = view;
  const { left, width } = plotBox(surface.width, surface.height);
  const top = 6;
  const height = surface.height - top - 1;
  const peak = Math.max(1e-9, ...requests);
  const step = width / Math.max(1, requests.length);
  const barWidth = Math.max(1, step - (step > 4 ? 1 : 0));
  context.font = `11px ${palette.font}`;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillStyle = palette.textFaint;
  context.fillText(`${formatRate(peak / (view.stepMs / 1000))}/s`, left - 8, top + 5);
  context.fillStyle = palette.grid;
  context.fillRect(left, top + height, width, 1);
  requests.forEach((count, index) => {
    const x = left + index * step;
    const bar = (count / peak) * height;
    context.fillStyle = index === view.hover ? palette.accent : palette.requests;
    if (count > 0) context.fillRect(x, top + height - Math.max(1, bar), barWidth, Math.max(1, bar));
    const failed = errors[index] ?? 0;
    if (failed <= 0) return;
    const errorBar = Math.max(1.5, (failed / peak) * height);
    context.fillStyle = palette.errors;
    context.fillRect(x, top + height - errorBar, barWidth, errorBar);
  });
  if (view.drag === undefined) return;
  const from = Math.min(view.drag.from, view.drag.to);
  const steps = Math.abs(view.drag.to - view.drag.from) + 1;
  context.globalAlpha = 0.18;
  context.fillStyle = palette.accent;
  context.fillRect(left + from * step, top, steps * step, height);
  context.globalAlpha = 1;
}
