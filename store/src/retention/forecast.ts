import { expiryDay, type PlanOptions, type RetentionPlan } from './plan-retention.ts';
import { retainedTable } from './retained-tables.ts';
import { DAY_MS, dayAfter, type StoredPartition } from './stored-partition.ts';

/** Whole days before today that the rate is the mean of. */
const RATE_DAYS = 3;
/** Nobody plans further; a year and the longest roll-ups fit in. */
const FORECAST_DAYS_MAX = 400;
/** Of today; the first minutes of a day say nothing. */
const DAY_SHARE_MIN = 1 / 24;

/**
 * Days until the hot disk holds its limit at the present rate, with what leaves on the way counted;
 * null when that is not within 400 days. The rate is the mean of the last three whole days, in a
 * store that is younger what came today.
 */
export function daysUntilFull(
  options: PlanOptions,
  plan: Pick<RetentionPlan, 'hotBytes' | 'sizeMaxBytes'>,
): number | null {
  const today = Math.floor(options.nowMs / DAY_MS);
  const rates = ratesOf(options, today);
  const stored = options.partitions.map((partition) => ({
    lastDay: leavingDay(partition, options),
    bytes: partition.bytes - partition.coldBytes,
  }));
  for (let ahead = 0; ahead <= FORECAST_DAYS_MAX; ahead++) {
    const kept = stored.reduce(
      (sum, { lastDay, bytes }) => sum + (lastDay > today + ahead ? bytes : 0),
      0,
    );
    const came = rates.reduce(
      (sum, { keptDays, bytesPerDay }) => sum + Math.min(ahead, keptDays) * bytesPerDay,
      0,
    );
    if (kept + came >= plan.sizeMaxBytes) return ahead;
  }
  return null;
}

/** The day on which it leaves the hot disk: to the cold volume or for ever. */
function leavingDay(partition: StoredPartition, options: PlanOptions): number {
  const expiry = expiryDay(partition, options);
  const { coldAfterDays } = options.current;
  const hasCold = options.disks.some((disk) => disk.name === 'cold');
  if (coldAfterDays === null || !hasCold) return expiry;
  return Math.min(expiry, dayAfter(partition) + coldAfterDays);
}

interface Rate {
  readonly bytesPerDay: number;
  readonly keptDays: number;
}

function ratesOf(options: PlanOptions, today: number): readonly Rate[] {
  const whole = options.partitions.filter((p) => p.day >= today - RATE_DAYS && p.day < today);
  const isYoung = whole.length === 0;
  const counted = isYoung ? options.partitions.filter((p) => p.day === today) : whole;
  const days = isYoung
    ? Math.max(DAY_SHARE_MIN, (options.nowMs % DAY_MS) / DAY_MS)
    : new Set(whole.map((p) => p.day)).size;
  return counted
    .filter((partition) => retainedTable(partition.table) !== undefined)
    .map((partition) => ({
      bytesPerDay: partition.bytes / days,
      keptDays: leavingDay(partition, options) - partition.day,
    }));
}
