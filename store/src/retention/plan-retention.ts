import { COLD_VOLUME } from '../engine/cold-volume.ts';
import { keptDays, type PastPolicy, type RetentionPolicy } from './kept-days.ts';
import { type RetainedSignal, retainedTable } from './retained-tables.ts';
import {
  DAY_MS,
  type Disk,
  dayAfter,
  type StoredPartition,
  sizeMaxBytesDefault,
} from './stored-partition.ts';

export interface StorageState {
  readonly partitions: readonly StoredPartition[];
  readonly disks: readonly Disk[];
}

export interface PlanOptions extends StorageState {
  readonly current: RetentionPolicy;
  /** Every version that rows were stored under. */
  readonly history: readonly PastPolicy[];
  readonly nowMs: number;
}

export interface RetentionPlan {
  /** Older than the settings say. */
  readonly expired: readonly StoredPartition[];
  /** To the cold volume. */
  readonly moved: readonly StoredPartition[];
  /** Young enough to stay, but there is no room. */
  readonly sacrificed: readonly StoredPartition[];
  readonly hotBytes: number;
  readonly sizeMaxBytes: number;
  /** `warning`: the guard will act before long; `acting`: it does now; `full`: nothing is left. */
  readonly guard: 'calm' | 'warning' | 'acting' | 'full';
}

/** What goes first when room is short. */
export const GUARD_ORDER: readonly RetainedSignal[] = [
  'profiles',
  'traces',
  'logs',
  'metrics',
  'rollups',
  'metricRollups',
];

/** The share of its limit from which people are warned. */
const WARNING_SHARE = 0.8;
/** Once it acts, the guard makes a little more room than it must, so that it does not act at once again. */
const TARGET_SHARE = 0.95;
/** Of a disk, what is never used: merges and other programs need it. */
const RESERVE_SHARE = 0.05;
const RESERVE_BYTES_MAX = 10 * 1024 ** 3;

/** What to do now. A pure function of what the store has and the settings say. */
export function planRetention(options: PlanOptions): RetentionPlan {
  const today = Math.floor(options.nowMs / DAY_MS);
  const expiry = (partition: StoredPartition): number => expiryDay(partition, options);
  const expired = options.partitions.filter((partition) => expiry(partition) <= today);
  const kept = options.partitions.filter((partition) => expiry(partition) > today);
  const cold = options.disks.find((disk) => disk.name === COLD_VOLUME);
  const aged = cold === undefined ? [] : kept.filter((p) => isCold(p, options.current, today));
  const staying = kept.filter((partition) => !aged.includes(partition));
  const guard = guardRoom(staying, { ...options, today, leaving: [...expired, ...aged] });
  return { expired, moved: aged, ...guard };
}

/** The day on which a partition may be dropped, in days since the epoch. */
export function expiryDay(
  partition: StoredPartition,
  { current, history }: Pick<PlanOptions, 'current' | 'history'>,
): number {
  const table = retainedTable(partition.table);
  const days = keptDays(partition, current, history);
  return dayAfter(partition) + days + (table?.graceDays ?? 1);
}

function isCold(partition: StoredPartition, policy: RetentionPolicy, today: number): boolean {
  if (policy.coldAfterDays === null || partition.coldBytes >= partition.bytes) return false;
  return dayAfter(partition) + policy.coldAfterDays <= today;
}

interface GuardOptions extends PlanOptions {
  readonly today: number;
  /** What leaves the hot disk anyway. */
  readonly leaving: readonly StoredPartition[];
}

function hotBytesOf(partitions: readonly StoredPartition[]): number {
  return partitions.reduce((sum, { bytes, coldBytes }) => sum + bytes - coldBytes, 0);
}

/** The oldest partitions first, signal by signal; today's only where all others are gone. */
function guardRoom(
  staying: readonly StoredPartition[],
  options: GuardOptions,
): Pick<RetentionPlan, 'sacrificed' | 'hotBytes' | 'sizeMaxBytes' | 'guard'> {
  const hot = options.disks.find((disk) => disk.name === 'default') ?? options.disks[0];
  const hotBytes = hotBytesOf(options.partitions);
  const configured = options.current.sizeMaxBytes;
  const sizeMaxBytes =
    configured ?? (hot === undefined ? Number.MAX_SAFE_INTEGER : sizeMaxBytesDefault(hot));
  const room = hot === undefined ? Number.MAX_SAFE_INTEGER : hot.freeBytes - reserveBytes(hot);
  const limit = Math.min(sizeMaxBytes, hotBytes + room);
  const left = hotBytesOf(staying);
  if (left <= limit) {
    const guard = left > limit * WARNING_SHARE ? 'warning' : 'calm';
    return { sacrificed: [], hotBytes, sizeMaxBytes, guard };
  }
  const isDiskFull = room < 0;
  const sacrificed: StoredPartition[] = [];
  let excess = left - limit * TARGET_SHARE;
  for (const partition of inOrder(staying, options.today, isDiskFull)) {
    if (excess <= 0) break;
    sacrificed.push(partition);
    excess -= partition.bytes - partition.coldBytes;
  }
  const guard = sacrificed.length === 0 ? 'full' : 'acting';
  return { sacrificed, hotBytes, sizeMaxBytes, guard };
}

export function reserveBytes(disk: Disk): number {
  return Math.min(RESERVE_BYTES_MAX, Math.floor(disk.totalBytes * RESERVE_SHARE));
}

/** A catalogue without its rows, or rows without it, is worth nothing: resources are never offered. */
function inOrder(
  partitions: readonly StoredPartition[],
  today: number,
  withToday: boolean,
): StoredPartition[] {
  const offered = partitions.filter(
    (partition) =>
      retainedTable(partition.table) !== undefined &&
      partition.bytes > partition.coldBytes &&
      (withToday || dayAfter(partition) <= today),
  );
  const rank = (partition: StoredPartition): number =>
    GUARD_ORDER.indexOf(retainedTable(partition.table)?.signal ?? 'metricRollups') +
    (dayAfter(partition) > today ? GUARD_ORDER.length : 0);
  return offered.sort(
    (a, b) => rank(a) - rank(b) || a.day - b.day || (a.classDays ?? 0) - (b.classDays ?? 0),
  );
}
