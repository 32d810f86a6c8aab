import { param, type Sql, sql } from '@sonde/store';
import { inTimestamps } from '../../instant-sql.ts';

/** One minute to be joined. */
export interface MinuteJoin {
  /** Start of the minute. */
  readonly minuteMs: number;
  /** Larger than that of every earlier join of the minute. */
  readonly version: number;
  /** Spans of callers and callees are looked for that far around the minute. */
  readonly window: { readonly before: number; readonly after: number };
}

/** Where and when owners of addresses are looked for. */
export interface OwnerSearch {
  /** Condition on `spans`: those around the minute. */
  readonly spansAround: Sql;
  /** The same window in unix ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Of several owners the one seen nearest to this counts: addresses change hands. */
  readonly middleMs: number;
}

const MINUTE_MS = 60_000;

/** Owners of addresses are looked for where spans of the called side are. */
export function ownerSearch(join: MinuteJoin): OwnerSearch {
  const { minuteMs, window } = join;
  return {
    spansAround: inWindow(join),
    fromMs: minuteMs - window.before,
    toMs: minuteMs + MINUTE_MS + window.after,
    middleMs: minuteMs + MINUTE_MS / 2,
  };
}

/** Those who are called begin later than those who call, as far as clocks agree. */
export function mirrored(join: MinuteJoin): MinuteJoin {
  const { before, after } = join.window;
  return { ...join, window: { before: after, after: before } };
}

export function inMinute({ minuteMs }: MinuteJoin): Sql {
  return timeRange(minuteMs, minuteMs + MINUTE_MS);
}

export function inWindow({ minuteMs, window }: MinuteJoin): Sql {
  return timeRange(minuteMs - window.before, minuteMs + MINUTE_MS + window.after);
}

function timeRange(from: number, to: number): Sql {
  return sql`${inTimestamps({ from, to })} AND trace_id != toFixedString('', 16)`;
}

/** A whole second. */
export function seconds(ms: number): Sql {
  return sql`toDateTime(${param.uint64(Math.floor(ms / 1000))}, 'UTC')`;
}
