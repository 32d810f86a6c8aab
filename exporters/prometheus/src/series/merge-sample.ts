import {
  type HistogramSample,
  isBefore,
  isSameTime,
  type NanoTime,
  type Sample,
  type Series,
} from './series.ts';

export interface NewPoint {
  readonly sample: Sample;
  readonly start: NanoTime;
  readonly time: NanoTime;
  readonly isDelta: boolean;
}

/**
 * Gives a series the point that came for it; false where it is too late to count. A delta that
 * starts where the series ends is added; one that starts elsewhere begins anew, as after a restart.
 */
export function mergePoint(series: Series, point: NewPoint): boolean {
  const continues = point.isDelta && isSameTime(point.start, series.time);
  if (isTooLate(series, point, continues)) return false;
  series.sample = continues ? add(series.sample, point.sample) : point.sample;
  series.start = continues ? series.start : point.start;
  series.time = point.time;
  return true;
}

function isTooLate(series: Series, point: NewPoint, continues: boolean): boolean {
  if (isBefore(point.time, series.time)) return true;
  // Of histograms a delta that overlaps what is there would count twice.
  return (
    point.isDelta &&
    !continues &&
    point.sample.kind === 'histogram' &&
    isBefore(point.start, series.time)
  );
}

function add(old: Sample, more: Sample): Sample {
  if (old.kind === 'number' && more.kind === 'number') {
    return { ...more, value: old.value + more.value };
  }
  if (old.kind === 'histogram' && more.kind === 'histogram') return addHistograms(old, more);
  return more;
}

/** With other bounds than before, the newer one begins anew. */
function addHistograms(old: HistogramSample, more: HistogramSample): HistogramSample {
  const fits =
    old.bounds.length === more.bounds.length &&
    old.bounds.every((bound, at) => bound === more.bounds[at]);
  if (!fits) return more;
  return {
    ...more,
    counts: more.counts.map((count, at) => count + (old.counts[at] ?? 0)),
    sum: old.sum + more.sum,
    count: old.count + more.count,
  };
}
