import { param, type Sql, sql } from '@sonde/store';
import type { TimeWindow } from '../../time-windows.ts';

/**
 * Five minutes, what the sorting key of `spans` opens with: the spans of some slices are read
 * without those of the others, while one trace in so many by its id costs as much as all of them.
 */
export const SLICE_S = 300;
const SLICE_MS: number = SLICE_S * 1000;
/** Slices that one statement names. */
const SLICES_MAX = 1000;
/** Slices in a row are taken together where there are enough of them: fewer traces are cut. */
const RUN_MAX = 4;
const RUNS_WANTED = 8;
/** Entries that near to what is not read are left out: most traces are whole then. */
const MARGIN_S = 30;
/** Slices that fewer of the traces reach into are not read for them. */
const NEEDED_SHARE_MIN = 0.01;

/** Slices that stand for a window. */
export interface TimeSlices {
  /** In seconds, ascending. */
  readonly starts: readonly number[];
  /** How many entries of the window one entry in them stands for. */
  readonly everyNth: number;
}

/**
 * One slice in `nth` of the window: of each so many that follow each other one run by a hash, so
 * that nothing that happens at the full hour is always taken or never.
 */
export function slicesOf(window: TimeWindow, nth: number): TimeSlices {
  const first = Math.floor(window.from / SLICE_MS);
  const count = Math.max(1, Math.ceil(window.to / SLICE_MS) - first);
  const step = Math.max(Math.floor(nth), Math.ceil(count / SLICES_MAX));
  const run = Math.min(RUN_MAX, Math.max(1, Math.floor(count / (step * RUNS_WANTED))));
  const starts: number[] = [];
  for (let at = 0; at < count; at += run * step) {
    const places = Math.min(run * step, count - at) - run + 1;
    const begin = first + at + (places > 1 ? mixed(first + at) % places : 0);
    for (let i = 0; i < run && begin + i < first + count; i++) starts.push((begin + i) * SLICE_S);
  }
  const gaps = starts.filter((start, i) => starts[i + 1] !== start + SLICE_S).length;
  const seconds = starts.length * SLICE_S - gaps * 2 * MARGIN_S;
  return { starts, everyNth: Math.max(1, (count * SLICE_S) / seconds) };
}

/** `chosen` and the slices that enough of `traces` reach into, the most needed first if too many. */
export function widened(
  chosen: readonly number[],
  needed: ReadonlyMap<number, number>,
  traces: number,
): number[] {
  const all = new Set(chosen);
  const more = [...needed]
    .filter(([start, by]) => !all.has(start) && by >= traces * NEEDED_SHARE_MIN)
    .sort(([a, byA], [b, byB]) => byB - byA || a - b)
    .slice(0, Math.max(0, SLICES_MAX - all.size));
  for (const [start] of more) all.add(start);
  return [...all].sort((a, b) => a - b);
}

/** Of a span: whether it began in one of the slices; in any when there are none. */
export function inSlices(starts: readonly number[] | undefined): Sql {
  return starts === undefined ? sql`1` : sql`toStartOfFiveMinutes(timestamp) IN ${names(starts)}`;
}

/** Of an entry: whether it, and what is around it, lies in the slices. */
export function wellInSlices(starts: readonly number[] | undefined): Sql {
  if (starts === undefined) return sql`1`;
  const margin = sql`toIntervalSecond(${param.uint64(MARGIN_S)})`;
  return sql`${inSlices(starts)}
    AND toStartOfFiveMinutes(timestamp - ${margin}) IN ${names(starts)}
    AND toStartOfFiveMinutes(timestamp + ${margin}) IN ${names(starts)}`;
}

function names(starts: readonly number[]): Sql {
  return sql`${param.strings(starts.map(String))}`;
}

/** 32 bits of the number of a slice, without a pattern. */
function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
