import { fitText, type Surface } from '../charts/canvas-surface.ts';
import type { Palette } from '../charts/palette.svelte.ts';
import { formatDuration } from '../format/duration.ts';
import type { FlameCell } from './frame-layout.ts';

/** Height of a depth, CSS pixels. */
export const LEVEL_PX = 22;
const BAR_PX = 20;
const LABEL_PX_MIN = 40;
const TIME_PX_MIN = 150;

export interface FramesView {
  readonly cells: readonly FlameCell[];
  readonly palette: Palette;
  readonly colourOf: (cell: FlameCell) => string;
  /** Of the words on a cell. */
  readonly inkOf: (cell: FlameCell) => string;
  readonly labelOf: (cell: FlameCell) => string;
  readonly hover: FlameCell | undefined;
  readonly scrollTop: number;
}

export function drawFrames({ context, width, height }: Surface, view: FramesView): void {
  context.font = `12px ${view.palette.font}`;
  context.textBaseline = 'middle';
  for (const cell of view.cells) {
    const y = cell.depth * LEVEL_PX - view.scrollTop;
    if (y + LEVEL_PX < 0 || y > height) continue;
    const left = cell.left * width;
    const wide = Math.max(1, cell.width * width - 1);
    context.fillStyle = view.colourOf(cell);
    context.fillRect(left, y, wide, BAR_PX);
    if (cell.frame === view.hover?.frame) {
      context.strokeStyle = view.palette.text;
      context.lineWidth = 1.5;
      context.strokeRect(left + 0.75, y + 0.75, Math.max(wide - 1.5, 1), BAR_PX - 1.5);
    }
    if (wide < LABEL_PX_MIN) continue;
    context.fillStyle = view.inkOf(cell);
    const time = wide >= TIME_PX_MIN ? formatDuration(cell.selectedNs) : '';
    const timeWidth = time === '' ? 0 : context.measureText(time).width + 12;
    context.textAlign = 'left';
    context.fillText(
      fitText(context, view.labelOf(cell), wide - 12 - timeWidth),
      left + 6,
      y + BAR_PX / 2,
    );
    if (time === '') continue;
    context.textAlign = 'right';
    context.fillText(time, left + wide - 6, y + BAR_PX / 2);
  }
}

/** The cell under a point; x and y in CSS pixels of the content. */
export function cellAt(
  cells: readonly FlameCell[],
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): FlameCell | undefined {
  const depth = Math.floor(y / LEVEL_PX);
  return cells.find(
    (cell) =>
      cell.depth === depth &&
      x >= cell.left * width &&
      x < Math.max(cell.left * width + 2, (cell.left + cell.width) * width),
  );
}
