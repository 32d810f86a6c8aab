import { fitText, type Surface } from '../charts/canvas-surface.ts';
import type { Palette } from '../charts/palette.svelte.ts';
import { formatDuration } from '../format/duration.ts';
import type { CriticalStretch } from './critical-path.ts';
import type { FlameLayout } from './flame-layout.ts';
import type { TraceLayout } from './layout.ts';
import { rulerTicks } from './ticks.ts';
import { timeToX, type WaterfallGeometry } from './waterfall-geometry.ts';

/** Height of a lane, in CSS pixels. */
export const LANE_PX = 20;
const BAR_PX = 18;
const LABEL_PX_MIN = 34;
/** With the duration beside the name. */
const FULL_LABEL_PX_MIN = 120;
const DIMMED = 0.25;
/** Thinner neighbours would be drawn over each other. */
const STEP_PX_MIN = 0.5;

export interface FlameView {
  readonly layout: TraceLayout;
  readonly flame: FlameLayout;
  readonly geometry: WaterfallGeometry;
  readonly palette: Palette;
  readonly colourOf: (service: string) => string;
  readonly scrollTop: number;
  readonly selectedRow: number;
  readonly hoverRow: number;
  readonly found: ReadonlySet<number> | undefined;
  readonly critical: ReadonlyMap<number, readonly CriticalStretch[]>;
}

/** Draws the lanes in view. */
export function drawFlame(surface: Surface, view: FlameView): void {
  const { context, height } = surface;
  context.fillStyle = view.palette.grid;
  for (const ns of rulerTicks(view.geometry.window, view.geometry.barsWidth)) {
    context.fillRect(Math.round(timeToX(view.geometry, ns)), 0, 1, height);
  }
  context.font = `11px ${view.palette.font}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const first = Math.max(0, Math.floor(view.scrollTop / LANE_PX));
  const end = Math.min(view.flame.lanes.length, Math.ceil((view.scrollTop + height) / LANE_PX));
  for (let lane = first; lane < end; lane += 1) {
    drawLane(surface, view, view.flame.lanes[lane] ?? [], lane * LANE_PX - view.scrollTop);
  }
}

function drawLane(surface: Surface, view: FlameView, rows: readonly number[], y: number): void {
  const { layout, geometry } = view;
  let drawnTo = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const left = timeToX(geometry, layout.startNs[row] ?? 0);
    if (left > surface.width) break;
    const right = Math.max(left + 1, timeToX(geometry, layout.endNs[row] ?? 0));
    const isMarked = row === view.selectedRow || layout.spans[row]?.status === 'error';
    if (right < 0 || (right - drawnTo < STEP_PX_MIN && !isMarked)) continue;
    drawBar(surface, view, row, { left: Math.max(0, left), right, y });
    drawnTo = right;
  }
}

interface Bar {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

function drawBar({ context }: Surface, view: FlameView, row: number, bar: Bar): void {
  const span = view.layout.spans[row];
  if (span === undefined) return;
  const { palette } = view;
  const width = bar.right - bar.left;
  // A gap tells neighbours apart where there is room for one.
  const drawn = width > 3 ? width - 1 : width;
  const isOn = view.found === undefined || view.found.has(row);
  const onPath = view.critical.size === 0 || view.critical.has(row);
  context.globalAlpha = isOn && onPath ? 1 : DIMMED;
  context.fillStyle = view.colourOf(span.service);
  context.fillRect(bar.left, bar.y, drawn, BAR_PX);
  context.globalAlpha = 1;
  if (span.status === 'error') {
    context.fillStyle = palette.errors;
    context.fillRect(bar.left, bar.y + BAR_PX - 4, drawn, 4);
    context.fillStyle = palette.surface;
    context.fillRect(bar.left, bar.y + BAR_PX - 5, drawn, 1);
  }
  if (row === view.selectedRow || row === view.hoverRow) {
    context.strokeStyle = palette.text;
    context.lineWidth = row === view.selectedRow ? 2 : 1;
    context.strokeRect(bar.left + 0.5, bar.y + 0.5, Math.max(1, drawn - 1), BAR_PX - 1);
  }
  if (width < LABEL_PX_MIN || !isOn || !onPath) return;
  const duration = width > FULL_LABEL_PX_MIN ? `  ${formatDuration(span.durationNs)}` : '';
  context.fillStyle = palette.ink;
  context.fillText(
    fitText(context, `${span.name}${duration}`, width - 9),
    bar.left + 4,
    bar.y + BAR_PX / 2,
  );
}
