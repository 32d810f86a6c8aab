const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Widths of the first windows; from then on each is as wide as the last. */
const WIDTHS_MS: readonly number[] = [15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR];
/** The rest of a range goes into one last window, so that no request makes more queries. */
const WINDOWS_MAX = 12;

/** `from` inclusive, `to` exclusive, milliseconds. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/**
 * `[from, to)` in windows, newest first and growing: a list that fills its page from the newest
 * minutes never looks at the rest of a month.
 */
export function* newestFirst(range: TimeWindow): Generator<TimeWindow> {
  let to = range.to;
  for (let i = 0; to > range.from; i++) {
    const width = WIDTHS_MS[Math.min(i, WIDTHS_MS.length - 1)] ?? 24 * HOUR;
    const from = i === WINDOWS_MAX - 1 ? range.from : Math.max(range.from, to - width);
    yield { from, to };
    to = from;
  }
}
