import type { Palette } from '../charts/palette.svelte.ts';
import type { TraceLayout } from './layout.ts';

/** The strip's size in CSS pixels, and where in it time is. */
export interface StripSize {
  readonly width: number;
  readonly height: number;
  readonly barsLeft: number;
  readonly barsWidth: number;
}

export interface StripView {
  readonly layout: TraceLayout;
  readonly size: StripSize;
  readonly palette: Pick<Palette, 'errors'>;
  readonly colourOf: (service: string) => string;
}

/** Above and below the bars together. */
const MARGIN_PX = 4;
const LINE_PX_MAX = 4;
const LINE_PX_MIN = 0.6;
/** Rows nearer together than that are one line to the eye. */
const LINES_PER_PX = 2;

interface Bar {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly colour: string;
}

/** The whole trace in small. Costly for large traces: draw it when something of `view` changes. */
export function drawStrip(view: StripView): OffscreenCanvas {
  const { width, height } = view.size;
  const ratio = globalThis.devicePixelRatio;
  const canvas = new OffscreenCanvas(Math.max(1, width * ratio), Math.max(1, height * ratio));
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  context.scale(ratio, ratio);
  const rows = view.layout.spans.length;
  const lineHeight = Math.min(LINE_PX_MAX, Math.max(LINE_PX_MIN, (height - MARGIN_PX) / rows));
  for (const { line, from, to, colour } of stripBars(view)) {
    context.fillStyle = colour;
    const y = MARGIN_PX / 2 + (line / lineCount(view)) * (height - MARGIN_PX);
    context.fillRect(from, y, to - from, lineHeight);
  }
  return canvas;
}

/**
 * What is to be drawn, in the order of rows. A bar within the one before it on its line, and of its
 * colour, shows nothing; neither does a dot where there is one: of a large trace few are left.
 */
export function* stripBars(view: StripView): Generator<Bar> {
  const { layout, size, palette, colourOf } = view;
  const count = layout.spans.length;
  const lines = lineCount(view);
  const pxPerNs = size.barsWidth / layout.durationNs;
  const dots = new Uint8Array(lines * (Math.ceil(size.barsWidth) + 2));
  let last: Bar | undefined;
  for (let row = 0; row < count; row += 1) {
    const span = layout.spans[row];
    if (span === undefined) continue;
    const isError = span.status === 'error';
    const line = Math.floor((row / count) * lines);
    const at = (layout.startNs[row] ?? 0) * pxPerNs;
    const length = Math.max(1, ((layout.endNs[row] ?? 0) - (layout.startNs[row] ?? 0)) * pxPerNs);
    const colour = isError ? palette.errors : colourOf(span.service);
    const dot = line * (Math.ceil(size.barsWidth) + 2) + Math.floor(at);
    if (length <= 1 && !isError && dots[dot] === 1) continue;
    if (length <= 1) dots[dot] = 1;
    const bar = { line, colour, from: size.barsLeft + at, to: size.barsLeft + at + length };
    if (last !== undefined && isWithin(bar, last)) continue;
    last = bar;
    yield bar;
  }
}

function isWithin(bar: Bar, other: Bar): boolean {
  return (
    bar.line === other.line &&
    bar.colour === other.colour &&
    bar.from >= other.from &&
    bar.to <= other.to
  );
}

function lineCount({ layout, size }: StripView): number {
  const seen = Math.floor((size.height - MARGIN_PX) * LINES_PER_PX);
  return Math.max(1, Math.min(layout.spans.length, seen));
}
