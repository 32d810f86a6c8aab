import { UNCHANGED_REPORT_MS } from '../limits.ts';
import type { Series } from '../metrics/series.ts';

/** What a report said last of a series. */
interface Reported {
  sum: number;
  atMs: number;
}

/**
 * Series that changed since they were last asked for, and those that did not for
 * `UNCHANGED_REPORT_MS`: most processes sleep, and saying so costs as much as saying anything.
 */
export class DueSeries {
  readonly #reported = new WeakMap<Series, Reported>();

  /** Those of them that are to be reported now. */
  of(all: readonly Series[], nowMs: number): readonly Series[] {
    return all.filter((series) => this.#isDue(series, nowMs));
  }

  #isDue(series: Series, nowMs: number): boolean {
    const last = this.#reported.get(series);
    if (last === undefined) {
      this.#reported.set(series, { sum: series.sum, atMs: nowMs });
      return true;
    }
    const isDue = last.sum !== series.sum || nowMs - last.atMs >= UNCHANGED_REPORT_MS;
    if (isDue) {
      last.sum = series.sum;
      last.atMs = nowMs;
    }
    return isDue;
  }
}
