import { param, type Sql, sql } from '@sonde/store';

/** Milliseconds since the epoch as a value to compare a `timestamp` column with. */
export function atMs(ms: number): Sql {
  return sql`${param.unixMs(ms)}`;
}

/** Nanoseconds since the epoch, in decimal, as the same. */
export function atNano(unixNano: string): Sql {
  return sql`${param.unixNano(BigInt(unixNano))}`;
}

/** Milliseconds since the epoch, cut to seconds, to compare a `time` or `bucket` column with. */
export function atSecond(ms: number): Sql {
  return sql`toDateTime(${param.uint64(Math.floor(ms / 1000))}, 'UTC')`;
}

const HOUR_MS = 3_600_000;

/** The start of the hour of `ms`: series and resources are written once an hour, under its start. */
export function atHour(ms: number): Sql {
  return atSecond(Math.floor(ms / HOUR_MS) * HOUR_MS);
}

/** By milliseconds; what the functions below make of it. */
export interface MsWindow {
  readonly from: number;
  readonly to: number;
}

const BUCKET_MS = 300_000;

/**
 * The five-minute buckets, with which the sorting key of a raw table opens, from that of `from` to
 * that of `to`: whole ones, both included.
 */
export function inBuckets({ from, to }: MsWindow): Sql {
  if (Math.floor(from / BUCKET_MS) === Math.floor(to / BUCKET_MS)) {
    return sql`toStartOfFiveMinutes(timestamp) = toStartOfFiveMinutes(${atMs(from)})`;
  }
  return sql`toStartOfFiveMinutes(timestamp) >= toStartOfFiveMinutes(${atMs(from)})
    AND toStartOfFiveMinutes(timestamp) <= toStartOfFiveMinutes(${atMs(to)})`;
}

/**
 * `[from, to)` of a raw table's `timestamp`. Names the buckets of the sorting key too: the engine does
 * not see by itself that a range of time is one of them.
 */
export function inTimestamps(window: MsWindow): Sql {
  return sql`${inBuckets(window)}
    AND timestamp >= ${atMs(window.from)} AND timestamp < ${atMs(window.to)}`;
}
