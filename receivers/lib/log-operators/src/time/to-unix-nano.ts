import { OperatorError } from '../operator-error.ts';
import type { ReadTime } from './time-reader.ts';
import type { TimeZone } from './time-zone.ts';

const MS_PER_DAY = 86_400_000;
/** A date without a year that is further in the future is one of last year. */
const FUTURE_DAYS_MAX = 7;

export interface Zones {
  readonly location: TimeZone;
  /** By abbreviation. */
  readonly byName: ReadonlyMap<string, TimeZone>;
}

/** The instant that a timestamp names. Throws `OperatorError` for a day that is not there. */
export function toUnixNano(time: ReadTime, zones: Zones, nowMs: number = Date.now()): bigint {
  const { year } = time;
  if (year !== undefined) return nano(time, instantMs(time, year, zones));
  const thisYear = new Date(nowMs).getUTCFullYear();
  const ms = instantMs(time, thisYear, zones);
  const isAhead = ms > nowMs + FUTURE_DAYS_MAX * MS_PER_DAY;
  return nano(time, isAhead ? instantMs(time, thisYear - 1, zones) : ms);
}

function nano({ nanosecond }: ReadTime, ms: number): bigint {
  return BigInt(ms) * 1_000_000n + BigInt(nanosecond);
}

function instantMs(time: ReadTime, year: number, zones: Zones): number {
  const localMs = localMsOf(time, year);
  if (time.offsetMs !== undefined) return localMs - time.offsetMs;
  const { zoneName: name } = time;
  if (name === undefined) return zones.location.toUtc(localMs);
  const zone = zones.byName.get(name);
  if (zone !== undefined) return zone.toUtc(localMs);
  if (name === 'UTC' || name === 'GMT') return localMs;
  // As Go: an abbreviation that the location does not know is taken for UTC.
  return zones.location.hasAbbreviation(name) ? zones.location.toUtc(localMs) : localMs;
}

function localMsOf(time: ReadTime, year: number): number {
  const { yearDay, minute, second } = time;
  const hour = hourOf(time);
  if (yearDay !== undefined) return utcMs(year, 1, yearDay, [hour, minute, second]);
  const { month, day } = time;
  const lastDay = new Date(Date.UTC(2000, month, 0)).setUTCFullYear(year, month, 0);
  if (day > new Date(lastDay).getUTCDate())
    throw new OperatorError('parsing time: day out of range');
  return utcMs(year, month, day, [hour, minute, second]);
}

function hourOf({ hour, halfDay }: ReadTime): number {
  if (halfDay === 'pm' && hour < 12) return hour + 12;
  return halfDay === 'am' && hour === 12 ? 0 : hour;
}

/** `Date.UTC` takes years below 100 for others. */
function utcMs(
  year: number,
  month: number,
  day: number,
  [hour, minute, second]: readonly [number, number, number],
): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, 0);
}
