import { liftOf, type Share } from './significance.ts';

/** Buckets an octave: 4.4 % wide, so that two delays of one operation are told apart. */
export const BUCKETS_PER_OCTAVE = 16;

/** `[2^(first/16), 2^((last+1)/16))` ns of time in one operation of a trace. */
export interface DurationBand {
  readonly first: number;
  readonly last: number;
  readonly counts: Share;
}

/** Traces by bucket of the time they spent in one operation. */
export type DurationHistograms = ReadonlyMap<number, Share>;

/** A bucket that is not that many times more frequent among the selected parts two bands. */
const BUCKET_LIFT_MIN = 2;
const BUCKET_TRACES_MIN = 2;
/** Empty buckets that do not part a band: times are whole milliseconds in some instrumentations. */
const GAP_BUCKETS_MAX = 2;
/** A bucket with less of the smaller peak beside it is a valley: two delays, not one. */
const VALLEY = 0.4;

export function bucketOf(ns: number): number {
  return Math.floor(Math.log2(Math.max(ns, 1)) * BUCKETS_PER_OCTAVE);
}

/** Where a bucket begins, nanoseconds. */
export function bucketStart(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_OCTAVE);
}

/** Stretches of durations that are far more frequent among the selected traces, parted at valleys. */
export function durationBands(histogram: DurationHistograms, totals: Share): DurationBand[] {
  const runs: number[][] = [];
  let run: number[] = [];
  for (const bucket of [...histogram.keys()].sort((a, b) => a - b)) {
    const counts = histogram.get(bucket) ?? { selected: 0, baseline: 0 };
    const lift = liftOf({ ...counts, selected: counts.selected + 0.5 }, totals);
    const isOver = counts.selected >= BUCKET_TRACES_MIN && lift >= BUCKET_LIFT_MIN;
    const isFar = bucket - (run.at(-1) ?? bucket) > GAP_BUCKETS_MAX;
    if (isFar || !isOver) {
      if (run.length > 0) runs.push(run);
      run = [];
    }
    if (isOver) run.push(bucket);
  }
  if (run.length > 0) runs.push(run);
  return runs
    .flatMap((buckets) => splitAtValleys(buckets, histogram))
    .map((buckets) => bandOf(buckets, histogram));
}

function splitAtValleys(run: readonly number[], histogram: DurationHistograms): number[][] {
  const counts = run.map((bucket) => histogram.get(bucket)?.selected ?? 0);
  let valley = -1;
  let lowest = VALLEY;
  for (let i = 1; i < counts.length - 1; i++) {
    const before = Math.max(...counts.slice(0, i));
    const after = Math.max(...counts.slice(i + 1));
    const depth = ((counts[i] ?? 0) + 1) / Math.min(before, after);
    if (depth >= lowest) continue;
    lowest = depth;
    valley = i;
  }
  if (valley < 0) return [[...run]];
  return [
    ...splitAtValleys(run.slice(0, valley), histogram),
    ...splitAtValleys(run.slice(valley), histogram),
  ];
}

function bandOf(run: readonly number[], histogram: DurationHistograms): DurationBand {
  const first = run[0] ?? 0;
  const last = run.at(-1) ?? first;
  let [selected, baseline] = [0, 0];
  for (let bucket = first; bucket <= last; bucket++) {
    const counts = histogram.get(bucket);
    selected += counts?.selected ?? 0;
    baseline += counts?.baseline ?? 0;
  }
  return { first, last, counts: { selected, baseline } };
}
