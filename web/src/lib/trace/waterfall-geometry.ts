/** Heights and widths of the waterfall, in CSS pixels. */
export const ROW_PX = 24;
export const INDENT_PX = 14;
export const CARET_PX = 16;

/** Deeper rows are not indented further: the names must stay readable. */
const INDENT_LEVELS_MAX = 14;

/** What is left for a name, its caret and marks, however deep it stands. */
const NAME_PX_MIN = 100;

const NAMES_SHARE = 0.38;
const NAMES_PX_MIN = 150;
const NAMES_PX_MAX = 460;

/** Room at the right for the label of a bar that ends there: `56.0 ms`, `999 ms`, `12 h 30 m`. */
const BAR_MARGIN_PX = 62;
const BAR_MARGIN_SHARE = 0.13;

export interface TimeWindow {
  readonly fromNs: number;
  readonly toNs: number;
}

export interface WaterfallGeometry {
  readonly width: number;
  readonly namesWidth: number;
  readonly barsLeft: number;
  readonly barsWidth: number;
  readonly window: TimeWindow;
}

export function waterfallGeometry(width: number, window: TimeWindow): WaterfallGeometry {
  const namesWidth = Math.min(
    NAMES_PX_MAX,
    Math.max(NAMES_PX_MIN, Math.round(width * NAMES_SHARE)),
  );
  const barsLeft = namesWidth + 10;
  return {
    width,
    namesWidth,
    barsLeft,
    barsWidth: Math.max(
      40,
      width - barsLeft - Math.min(BAR_MARGIN_PX, Math.round(width * BAR_MARGIN_SHARE)),
    ),
    window,
  };
}

export function timeToX(geometry: WaterfallGeometry, ns: number): number {
  const { fromNs, toNs } = geometry.window;
  return geometry.barsLeft + ((ns - fromNs) / (toNs - fromNs)) * geometry.barsWidth;
}

export function xToTime(geometry: WaterfallGeometry, x: number): number {
  const { fromNs, toNs } = geometry.window;
  return fromNs + ((x - geometry.barsLeft) / geometry.barsWidth) * (toNs - fromNs);
}

/** Of a row's caret. Levels are narrower on a phone: the deepest names keep their room, too. */
export function indentOf(depth: number, namesWidth: number): number {
  const level = Math.min(INDENT_PX, (namesWidth - NAME_PX_MIN) / INDENT_LEVELS_MAX);
  return 6 + Math.min(depth, INDENT_LEVELS_MAX) * level;
}

/** First and last-but-one index of the rows that a viewport shows. */
export function rowWindow(
  scrollTop: number,
  height: number,
  rowCount: number,
): { first: number; end: number } {
  const first = Math.max(0, Math.floor(scrollTop / ROW_PX));
  return { first, end: Math.min(rowCount, Math.ceil((scrollTop + height) / ROW_PX)) };
}

/** The scroll position that brings a row into view, moving as little as possible. */
export function scrollToShow(index: number, scrollTop: number, height: number): number {
  const top = index * ROW_PX;
  if (top < scrollTop) return top;
  if (top + ROW_PX > scrollTop + height) return top + ROW_PX - height;
  return scrollTop;
}

/**
 * `from-to` in nanoseconds from the URL, clipped to the trace; the whole trace for anything else.
 */
export function parseWindow(text: string, durationNs: number): TimeWindow {
  const match = /^(\d+)-(\d+)$/.exec(text);
  const whole = { fromNs: 0, toNs: durationNs };
  if (match === null) return whole;
  const fromNs = Math.min(Number(match[1]), durationNs);
  const toNs = Math.min(Number(match[2]), durationNs);
  return toNs > fromNs ? { fromNs, toNs } : whole;
}
