import type { Span } from '@sonde/backend/api-contract';
import { fitText, type Surface } from '../charts/canvas-surface.ts';
import type { Palette } from '../charts/palette.svelte.ts';
import { unixNanoToMs } from '../format/clock-time.ts';
import type { CriticalStretch } from './critical-path.ts';
import type { TraceLayout } from './layout.ts';
import { saySpanDuration } from './span-duration.ts';
import { rulerTicks } from './ticks.ts';
import { isOfAgent } from './trace-summary.ts';
import {
  CARET_PX,
  indentOf,
  ROW_PX,
  rowWindow,
  timeToX,
  type WaterfallGeometry,
} from './waterfall-geometry.ts';

export interface WaterfallView {
  readonly layout: TraceLayout;
  readonly rows: Int32Array;
  readonly collapsed: ReadonlySet<number>;
  readonly geometry: WaterfallGeometry;
  readonly palette: Palette;
  /** Colour of a service. */
  readonly colourOf: (service: string) => string;
  readonly scrollTop: number;
  readonly selectedRow: number;
  readonly hoverRow: number;
  /** Rows found by the search; undefined when nothing is searched. */
  readonly found: ReadonlySet<number> | undefined;
  readonly critical: ReadonlyMap<number, readonly CriticalStretch[]>;
}

const BAR_TOP = 7;
const BAR_HEIGHT = 10;
const HOLLOW_ALPHA = 0.22;
const BAR_PX_MIN = 2;
const DIMMED = 0.3;

/** Draws the rows in view and nothing else: the cost is that of a screen, not of the trace. */
export function drawWaterfall(surface: Surface, view: WaterfallView): void {
  const { context, height } = surface;
  drawGrid(surface, view);
  const { first, end } = rowWindow(view.scrollTop, height, view.rows.length);
  for (let index = first; index < end; index += 1) {
    const row = view.rows[index];
    if (row === undefined) continue;
    const y = index * ROW_PX - view.scrollTop;
    drawBackground(surface, view, row, y);
    context.globalAlpha = view.found !== undefined && !view.found.has(row) ? DIMMED : 1;
    drawName(context, view, row, y);
    drawBar(surface, view, row, y);
    context.globalAlpha = 1;
  }
  context.fillStyle = view.palette.line;
  context.fillRect(view.geometry.namesWidth, 0, 1, height);
}

function drawGrid(surface: Surface, view: WaterfallView): void {
  surface.context.fillStyle = view.palette.grid;
  for (const ns of rulerTicks(view.geometry.window, view.geometry.barsWidth)) {
    surface.context.fillRect(Math.round(timeToX(view.geometry, ns)), 0, 1, surface.height);
  }
}

function drawBackground(surface: Surface, view: WaterfallView, row: number, y: number): void {
  if (row !== view.selectedRow && row !== view.hoverRow) return;
  surface.context.fillStyle = row === view.selectedRow ? view.palette.selected : view.palette.hover;
  surface.context.fillRect(0, y, surface.width, ROW_PX);
}

function drawName(
  context: CanvasRenderingContext2D,
  view: WaterfallView,
  row: number,
  y: number,
): void {
  const { layout, palette, geometry } = view;
  const span = layout.spans[row];
  if (span === undefined) return;
  let x = indentOf(layout.depth[row] ?? 0, geometry.namesWidth);
  const middle = y + ROW_PX / 2;
  if ((layout.childCount[row] ?? 0) > 0) {
    drawCaret(context, { x: x + 5, y: middle, closed: view.collapsed.has(row) }, palette);
  }
  x += CARET_PX;
  context.fillStyle = view.colourOf(span.service);
  context.fillRect(x, y + 6, 3, ROW_PX - 12);
  x += 9;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  if (span.status === 'error') {
    drawErrorMark(context, x + 5, middle, palette);
    x += 15;
  }
  const right = geometry.namesWidth - 8;
  context.font = `550 12px ${palette.font}`;
  const service = fitText(context, span.service, Math.max(0, right - x));
  context.fillStyle = palette.text;
  context.fillText(service, x, middle);
  x += context.measureText(service).width + 7;
  context.font = `12px ${palette.font}`;
  context.fillStyle = palette.textMuted;
  if (right - x > 12)
    context.fillText(fitText(context, rowLabel(view, span, row), right - x), x, middle);
}

function rowLabel(view: WaterfallView, span: Span, row: number): string {
  if (!view.collapsed.has(row)) return span.name;
  const hidden = (view.layout.subtreeEnd[row] ?? row + 1) - row - 1;
  return `${span.name}  (+${hidden})`;
}

function drawCaret(
  context: CanvasRenderingContext2D,
  caret: { x: number; y: number; closed: boolean },
  palette: Palette,
): void {
  context.fillStyle = palette.textFaint;
  context.beginPath();
  if (caret.closed) {
    context.moveTo(caret.x - 2.5, caret.y - 4);
    context.lineTo(caret.x + 3, caret.y);
    context.lineTo(caret.x - 2.5, caret.y + 4);
  } else {
    context.moveTo(caret.x - 4, caret.y - 2.5);
    context.lineTo(caret.x + 4, caret.y - 2.5);
    context.lineTo(caret.x, caret.y + 3);
  }
  context.fill();
}

/** A disc with a stroke in it: told from other marks by its shape, not by its colour alone. */
function drawErrorMark(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  palette: Palette,
): void {
  context.fillStyle = palette.errors;
  context.beginPath();
  context.arc(x, y, 5.5, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = palette.surface;
  context.fillRect(x - 0.75, y - 3.2, 1.5, 4);
  context.fillRect(x - 0.75, y + 1.7, 1.5, 1.5);
}

function drawBar(surface: Surface, view: WaterfallView, row: number, y: number): void {
  const { context } = surface;
  const { layout, geometry, palette } = view;
  const span = layout.spans[row];
  if (span === undefined) return;
  const left = timeToX(geometry, layout.startNs[row] ?? 0);
  const right = Math.max(left + BAR_PX_MIN, timeToX(geometry, layout.endNs[row] ?? 0));
  const plotLeft = geometry.barsLeft - 4;
  const plotRight = surface.width;
  if (right < plotLeft || left > plotRight) return;
  const from = Math.max(left, plotLeft);
  const to = Math.min(right, plotRight);
  fillBar(context, { colour: view.colourOf(span.service), from, to, y, isSolid: !isOfAgent(span) });
  if (span.status === 'error') {
    context.strokeStyle = palette.errors;
    context.lineWidth = 1.5;
    context.strokeRect(from - 1.5, y + BAR_TOP - 1.5, to - from + 3, BAR_HEIGHT + 3);
  }
  drawCritical(surface, view, row, y);
  drawEvents(context, view, { span, y, plotLeft });
  drawBarLabel(surface, view, { text: saySpanDuration(span), from, to, y });
}

/** A bar of the agent's is hollow: what an SDK and the agent both saw stands there twice. */
function fillBar(
  context: CanvasRenderingContext2D,
  bar: { colour: string; from: number; to: number; y: number; isSolid: boolean },
): void {
  const { colour, from, to, y, isSolid } = bar;
  context.fillStyle = colour;
  const alpha = context.globalAlpha;
  if (!isSolid) context.globalAlpha = alpha * HOLLOW_ALPHA;
  context.fillRect(from, y + BAR_TOP, to - from, BAR_HEIGHT);
  context.globalAlpha = alpha;
  if (isSolid) return;
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.strokeRect(from + 0.5, y + BAR_TOP + 0.5, Math.max(to - from - 1, 0.5), BAR_HEIGHT - 1);
}

function drawCritical(surface: Surface, view: WaterfallView, row: number, y: number): void {
  const stretches = view.critical.get(row);
  if (stretches === undefined) return;
  surface.context.fillStyle = view.palette.text;
  for (const stretch of stretches) {
    const from = Math.max(view.geometry.barsLeft - 4, timeToX(view.geometry, stretch.fromNs));
    const to = timeToX(view.geometry, stretch.toNs);
    if (to > from) surface.context.fillRect(from, y + BAR_TOP + BAR_HEIGHT - 3, to - from, 3);
  }
}

function drawEvents(
  context: CanvasRenderingContext2D,
  view: WaterfallView,
  at: { span: Span; y: number; plotLeft: number },
): void {
  if (at.span.events.length === 0) return;
  const originMs = Number(view.layout.originUnixNano / 1_000_000n);
  const originNs = Number(view.layout.originUnixNano % 1_000_000n);
  context.fillStyle = view.palette.text;
  for (const event of at.span.events) {
    const ns = (unixNanoToMs(event.timeUnixNano) - originMs) * 1e6 - originNs;
    const x = timeToX(view.geometry, ns);
    if (x >= at.plotLeft) context.fillRect(x - 0.75, at.y + BAR_TOP - 2, 1.5, BAR_HEIGHT + 4);
  }
}

/** Beside the bar where there is room, else before it, else inside. */
function drawBarLabel(
  surface: Surface,
  view: WaterfallView,
  label: { text: string; from: number; to: number; y: number },
): void {
  const { context } = surface;
  context.font = `11px ${view.palette.font}`;
  context.textBaseline = 'middle';
  const width = context.measureText(label.text).width;
  const middle = label.y + ROW_PX / 2;
  context.fillStyle = view.palette.textMuted;
  if (label.to + 6 + width < surface.width - 4) {
    context.textAlign = 'left';
    context.fillText(label.text, label.to + 6, middle);
  } else if (label.from - 6 - width > view.geometry.barsLeft) {
    context.textAlign = 'right';
    context.fillText(label.text, label.from - 6, middle);
  } else if (width + 12 < label.to - label.from) {
    drawInsideLabel(surface, view, { text: label.text, right: label.to - 6, middle, width });
  }
}

function drawInsideLabel(
  surface: Surface,
  view: WaterfallView,
  label: { text: string; right: number; middle: number; width: number },
): void {
  const { context } = surface;
  context.fillStyle = view.palette.surface;
  context.fillRect(label.right - label.width - 3, label.middle - 6, label.width + 6, 12);
  context.fillStyle = view.palette.text;
  context.textAlign = 'right';
  context.fillText(label.text, label.right, label.middle);
}
