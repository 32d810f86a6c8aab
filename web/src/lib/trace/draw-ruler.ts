import type { Surface } from '../charts/canvas-surface.ts';
import type { Palette } from '../charts/palette.svelte.ts';
import { formatDurationTick } from '../format/duration.ts';
import type { TraceLayout } from './layout.ts';
import { rulerTicks } from './ticks.ts';
import { type TimeWindow, timeToX, type WaterfallGeometry } from './waterfall-geometry.ts';

export interface RulerView {
  readonly layout: TraceLayout;
  readonly geometry: WaterfallGeometry;
  readonly palette: Palette;
  /** The whole trace in small (`drawStrip`), as large as the strip. */
  readonly strip: CanvasImageSource;
  /** Dragged over the whole trace, if any. */
  readonly drag: TimeWindow | undefined;
}

/** The strip of the whole trace, above the labels of the window shown. */
export const MINIMAP_PX = 36;
export const RULER_PX = 22;

/** Shows the whole trace small, dims what the window leaves out, and labels the window's times. */
export function drawRuler(surface: Surface, view: RulerView): void {
  surface.context.drawImage(view.strip, 0, 0, surface.width, MINIMAP_PX);
  shadeOutside(surface, view);
  drawLabels(surface, view);
}

/** The geometry of the strip: the same columns, but the whole trace. */
export function minimapGeometry(
  geometry: WaterfallGeometry,
  durationNs: number,
): WaterfallGeometry {
  return { ...geometry, window: { fromNs: 0, toNs: durationNs } };
}

function shadeOutside(surface: Surface, view: RulerView): void {
  const { context } = surface;
  const { geometry, layout, palette } = view;
  const whole = minimapGeometry(geometry, layout.durationNs);
  const shown = view.drag ?? geometry.window;
  const from = timeToX(whole, shown.fromNs);
  const to = timeToX(whole, shown.toNs);
  const right = whole.barsLeft + whole.barsWidth;
  context.globalAlpha = 0.7;
  context.fillStyle = palette.surface;
  context.fillRect(whole.barsLeft, 0, from - whole.barsLeft, MINIMAP_PX);
  context.fillRect(to, 0, right - to, MINIMAP_PX);
  context.globalAlpha = 1;
  context.fillStyle = palette.line;
  context.fillRect(0, MINIMAP_PX, surface.width, 1);
  if (from <= whole.barsLeft && to >= right) return;
  context.fillStyle = palette.accent;
  context.fillRect(from, 0, 1.5, MINIMAP_PX);
  context.fillRect(to - 1.5, 0, 1.5, MINIMAP_PX);
}

function drawLabels(surface: Surface, view: RulerView): void {
  const { context } = surface;
  const { geometry, palette } = view;
  context.font = `11px ${palette.font}`;
  context.textBaseline = 'middle';
  context.fillStyle = palette.textFaint;
  for (const ns of rulerTicks(geometry.window, geometry.barsWidth)) {
    const label = formatDurationTick(ns);
    const x = timeToX(geometry, ns);
    const fits = x + 5 + context.measureText(label).width < surface.width;
    context.fillStyle = palette.line;
    context.fillRect(Math.round(x), MINIMAP_PX, 1, RULER_PX);
    context.fillStyle = palette.textFaint;
    context.textAlign = 'left';
    if (fits) context.fillText(label, x + 5, MINIMAP_PX + RULER_PX / 2 + 1);
  }
}
