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

/**
 * `[from, to)` of a raw table's `timestamp`, by milliseconds. Names the five-minute bucket that the
 * sorting key opens with too: the engine does not see by itself that a range of time is one of it.
 */
export function inTimestamps(window: { readonly from: number; readonly to: number }): Sql {
  const from = atMs(window.from);
  const to = atMs(window.to);
  return sql`toStartOfFiveMinutes(timestamp) >= toStartOfFiveMinutes(${from})
    AND toStartOfFiveMinutes(timestamp) <= toStartOfFiveMinutes(${to})
    AND timestamp >= ${from} AND timestamp < ${to}`;
}
