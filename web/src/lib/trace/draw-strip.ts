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

/** Colours that a strip tells apart; services beyond share the last. */
const COLOURS_MAX = 255;

/** A stretch of a line in one colour, CSS pixels. */
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
  let colour = '';
  for (const bar of stripBars(view)) {
    if (bar.colour !== colour) context.fillStyle = bar.colour;
    colour = bar.colour;
    const y = MARGIN_PX / 2 + (bar.line / lineCount(view)) * (height - MARGIN_PX);
    context.fillRect(bar.from, y, bar.to - bar.from, lineHeight);
  }
  return canvas;
}

/**
 * What is to be drawn, colour by colour. Of the spans of a line the later ones cover the earlier,
 * and errors cover all: what is covered is not drawn, so that no trace has more than its pixels.
 */
export function stripBars(view: StripView): readonly Bar[] {
  const lines = lineCount(view);
  const columns = Math.max(1, Math.ceil(view.size.barsWidth));
  const colours: string[] = [];
  const seen = coverLines(view, { lines, columns, colours });
  const bars: Bar[][] = colours.map(() => []);
  const { barsLeft } = view.size;
  for (let line = 0; line < lines; line += 1) {
    const end = (line + 1) * columns;
    for (let from = line * columns; from < end; ) {
      const number = seen[from] ?? 0;
      let to = from + 1;
      while (to < end && seen[to] === number) to += 1;
      const left = barsLeft - line * columns;
      const colour = colours[number - 1];
      if (colour !== undefined) {
        bars[number - 1]?.push({ line, from: left + from, to: left + to, colour });
      }
      from = to;
    }
  }
  return bars.flat();
}

interface Grid {
  readonly lines: number;
  readonly columns: number;
  /** Filled: the colours by their number less one. */
  readonly colours: string[];
}

/** The number of the colour that shows at each pixel of each line; 0 where there is none. */
function coverLines(view: StripView, { lines, columns, colours }: Grid): Uint8Array {
  const { layout, palette, colourOf } = view;
  const count = layout.spans.length;
  const pxPerNs = view.size.barsWidth / layout.durationNs;
  const seen = new Uint8Array(lines * columns);
  const numbers = new Map<string, number>();
  const numberOf = (colour: string): number => {
    const known = numbers.get(colour);
    if (known !== undefined) return known;
    if (colours.length < COLOURS_MAX) colours.push(colour);
    numbers.set(colour, colours.length);
    return colours.length;
  };
  const cover = (row: number, colour: string): void => {
    const start = Math.floor((layout.startNs[row] ?? 0) * pxPerNs);
    const from = Math.max(0, Math.min(columns - 1, start));
    const end = Math.round((layout.endNs[row] ?? 0) * pxPerNs);
    const first = Math.floor((row / count) * lines) * columns;
    seen.fill(numberOf(colour), first + from, first + Math.min(columns, Math.max(from + 1, end)));
  };
  const errors: number[] = [];
  layout.spans.forEach((span, row) => {
    if (span.status === 'error') errors.push(row);
    else cover(row, colourOf(span.service));
  });
  for (const row of errors) cover(row, palette.errors);
  return seen;
}

function lineCount({ layout, size }: StripView): number {
  const seen = Math.floor((size.height - MARGIN_PX) * LINES_PER_PX);
  return Math.max(1, Math.min(layout.spans.length, seen));
}
