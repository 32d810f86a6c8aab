import { UNCHANGED_REPORT_MS } from '../limits.ts';
import type { Series } from '../metrics/series.ts';

/**
 * Series that changed since they were last asked for, and those that did not for
 * `UNCHANGED_REPORT_MS`: most processes sleep, and saying so costs as much as saying anything.
 */
export function takeDue(all: readonly Series[], nowMs: number): readonly Series[] {
  const due: Series[] = [];
  for (const series of all) {
    if (series.sum === series.reportedSum && nowMs - series.reportedMs < UNCHANGED_REPORT_MS) {
      continue;
    }
    series.reportedSum = series.sum;
    series.reportedMs = nowMs;
    due.push(series);
  }
  return due;
}
