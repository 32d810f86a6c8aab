const HIGH_WORD = 2 ** 32;
/** Dropping the lowest byte leaves a number that a double holds exactly up to the year 2262. */
const EXACT_LOW = 0xffff_ff00;

const MINUTE_NS = 60e9;
export const HOUR_NS = 3600e9;
const DAY_NS = 86_400e9;

/** Hours since the epoch of a two-word time in nanoseconds. */
export function hourOf(times: Int32Array, row: number): number {
  return Math.floor(coarseNs(times, row) / HOUR_NS);
}

export function dayOf(times: Int32Array, row: number): number {
  return Math.floor(coarseNs(times, row) / DAY_NS);
}

export function minuteOf(times: Int32Array, row: number): number {
  return Math.floor(coarseNs(times, row) / MINUTE_NS);
}

/** Nanoseconds as a number, the last 256 rounded down: no row changes its minute, hour or day. */
export function coarseNs(times: Int32Array, row: number): number {
  return times[row * 2 + 1] * HIGH_WORD + ((times[row * 2] & EXACT_LOW) >>> 0);
}

/** Nanoseconds, exactly; a time of 2^63 or more is negative. */
export function timeNs(times: Int32Array, row: number): bigint {
  return (BigInt(times[row * 2 + 1]) << 32n) | BigInt(times[row * 2] >>> 0);
}

/** Writes the start of an hour as a two-word time in nanoseconds. */
export function setHour(times: Int32Array, row: number, hour: number): void {
  const ns = hour * HOUR_NS;
  const high = Math.floor(ns / HIGH_WORD);
  times[row * 2] = ns - high * HIGH_WORD;
  times[row * 2 + 1] = high;
}

export const HOURS_PER_DAY = 24;
