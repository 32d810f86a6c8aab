import { civilFromDays, daysFromCivil, weekdayOf } from './civil.ts';
import { UTC, type Zone } from './zone.ts';

const SECOND_NS = 1_000_000_000n;
const DAY_SEC = 86_400;
/** Seconds from the first of January of year 1, where Go's zero time lies, to 1970. */
const ZERO_TIME_SEC = 62_135_596_800n;

/** An instant and the zone it is read in, Go's `time.Time`. */
export interface GoTime {
  /** Nanoseconds since 1970-01-01T00:00:00Z. */
  readonly unixNano: bigint;
  readonly zone: Zone;
}

/** A time of a calendar and a clock. */
export interface CivilTime {
  year: number;
  /** 1-12; other values run over into the years beside. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
}

/** What a clock on the wall of the time's zone shows. */
export interface WallTime extends CivilTime {
  /** 0 is Sunday. */
  weekday: number;
  /** 1-366. */
  yearDay: number;
  offsetSec: number;
}

/** Seconds since 1970, rounded down. */
export function unixSecondsOf(unixNano: bigint): number {
  return Number((unixNano - nanosecondOf(unixNano)) / SECOND_NS);
}

function nanosecondOf(unixNano: bigint): bigint {
  return ((unixNano % SECOND_NS) + SECOND_NS) % SECOND_NS;
}

export function wallTimeOf(time: GoTime): WallTime {
  const unixSec = unixSecondsOf(time.unixNano);
  const offsetSec = time.zone.offsetAt(unixSec);
  const wallSec = unixSec + offsetSec;
  const days = Math.floor(wallSec / DAY_SEC);
  const ofDay = wallSec - days * DAY_SEC;
  const { year, month, day } = civilFromDays(days);
  return {
    year,
    month,
    day,
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
    nanosecond: Number(nanosecondOf(time.unixNano)),
    weekday: weekdayOf(days),
    yearDay: days - daysFromCivil(year, 1, 1) + 1,
    offsetSec,
  };
}

/** Go's `time.Date`: values out of range run over; in a gap of the clock the offset before it. */
export function timeFromCivil(civil: CivilTime, zone: Zone = UTC): GoTime {
  const monthIndex = civil.month - 1;
  const year = civil.year + Math.floor(monthIndex / 12);
  const month = monthIndex - Math.floor(monthIndex / 12) * 12 + 1;
  const days = daysFromCivil(year, month, 1) + civil.day - 1;
  const wallSec = days * DAY_SEC + civil.hour * 3600 + civil.minute * 60 + civil.second;
  const first = zone.offsetAt(wallSec);
  const offset = first === 0 ? 0 : zone.offsetAt(wallSec - first);
  return { unixNano: BigInt(wallSec - offset) * SECOND_NS + BigInt(civil.nanosecond), zone };
}

/** Go's `Time.Truncate`: rounded down to a multiple of the duration since year 1. */
export function truncateTime(time: GoTime, durationNs: bigint): GoTime {
  if (durationNs <= 0n) return time;
  const sinceZero = time.unixNano + ZERO_TIME_SEC * SECOND_NS;
  const rest = ((sinceZero % durationNs) + durationNs) % durationNs;
  return { unixNano: time.unixNano - rest, zone: time.zone };
}

/** Year, month and day moved, the clock kept: Go's `Time.AddDate`. */
export function addDate(time: GoTime, years: number, months: number, days: number): GoTime {
  const wall = wallTimeOf(time);
  return timeFromCivil(
    { ...wall, year: wall.year + years, month: wall.month + months, day: wall.day + days },
    time.zone,
  );
}
