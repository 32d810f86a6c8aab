import { addDate, type GoTime, timeFromCivil, wallTimeOf } from './go-time.ts';

/** Further in the future than that, a time without a year is of the year before. */
const DAYS_AHEAD_MAX = 7;

/**
 * Gives a time without a year (year 0) the year of `nowUnixNano`, or the one before where it would
 * lie more than a week ahead. Other times are given back as they are.
 */
export function withYear(time: GoTime, nowUnixNano: bigint): GoTime {
  const wall = wallTimeOf(time);
  if (wall.year > 0) return time;
  const now = { unixNano: nowUnixNano, zone: time.zone };
  const dated = timeFromCivil({ ...wall, year: wallTimeOf(now).year }, time.zone);
  const isAhead = dated.unixNano > addDate(now, 0, 0, DAYS_AHEAD_MAX).unixNano;
  return isAhead ? addDate(dated, -1, 0, 0) : dated;
}
