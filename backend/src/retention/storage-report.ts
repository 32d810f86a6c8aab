import {
  COARSE_TABLES,
  COLD_VOLUME,
  daysUntilFull,
  GUARD_ORDER,
  type PastPolicy,
  planRetention,
  RETAINED_TABLES,
  type RetentionPlan,
  type RetentionPolicy,
  type StorageState,
  type StoredPartition,
} from '@sonde/store';
import type { SignalStorage, StorageResponse } from '../api/contract/index.ts';

/** A forecast below is a warning. */
const WARNING_DAYS = 3;

export interface StorageReport {
  readonly plan: RetentionPlan;
  readonly response: Omit<StorageResponse, 'actions' | 'detached'>;
}

export interface ReportOptions {
  readonly storage: StorageState;
  readonly current: RetentionPolicy;
  readonly history: readonly PastPolicy[];
  readonly nowMs: number;
}

/** What there is, what is to be done, and how long the room lasts. */
export function storageReport({ storage, ...settings }: ReportOptions): StorageReport {
  const options = { ...storage, ...settings };
  const plan = planRetention(options);
  const days = daysUntilFull(options, plan);
  const isSoon = days !== null && days <= WARNING_DAYS;
  const guard = plan.guard === 'calm' && isSoon ? 'warning' : plan.guard;
  return {
    plan,
    response: {
      signals: GUARD_ORDER.map((signal) => signalStorage(signal, options)),
      hotBytes: plan.hotBytes,
      sizeMaxBytes: plan.sizeMaxBytes,
      guard,
      detail: detailOf(guard, plan, days),
      daysUntilFull: days,
      hasColdVolume: storage.disks.some((disk) => disk.name === COLD_VOLUME),
      disks: storage.disks.map(({ name, freeBytes, totalBytes }) => ({
        name,
        freeBytes,
        totalBytes,
      })),
      sacrificedFirst: GUARD_ORDER,
    },
  };
}

function signalStorage(
  signal: SignalStorage['signal'],
  { partitions, current }: StorageState & { readonly current: RetentionPolicy },
): SignalStorage {
  const names = RETAINED_TABLES.filter((t) => t.signal === signal).map(({ name }) => name);
  const mine = partitions.filter(({ table }) => names.includes(table));
  const sum = (of: (partition: StoredPartition) => number): number =>
    mine.reduce((total, partition) => total + of(partition), 0);
  return {
    signal,
    bytes: sum(({ bytes }) => bytes),
    coldBytes: sum(({ coldBytes }) => coldBytes),
    rows: sum(({ rows }) => rows),
    oldestMs: mine.length === 0 ? null : earliestMs(mine),
    days: current[`${signal}Days`],
  };
}

/** Of the rows themselves, where there are such: what names them goes by hours and days. */
function earliestMs(partitions: readonly StoredPartition[]): number {
  const exact = partitions.filter(({ table }) => !COARSE_TABLES.has(table));
  const of = exact.length > 0 ? exact : partitions;
  return of.reduce((least, { earliestMs: ms }) => Math.min(least, ms), Number.MAX_VALUE);
}

function detailOf(
  guard: StorageResponse['guard'],
  plan: RetentionPlan,
  days: number | null,
): string {
  const held = `${gigabytes(plan.hotBytes)} of ${gigabytes(plan.sizeMaxBytes)} GB are used`;
  const soon = days === null ? '' : `, full in ${days} days at the present rate`;
  switch (guard) {
    case 'calm':
      return `${held}${soon}`;
    case 'warning':
      return (
        `${held}${soon}: the oldest ${GUARD_ORDER[0]} will be dropped first, then ` +
        `${GUARD_ORDER.slice(1, 4).join(', ')}. Keep fewer days or allow more bytes in the settings`
      );
    case 'acting':
      return `${held}: the oldest partitions are being dropped, ${plan.sacrificed.length} of them now`;
    case 'full':
      return `${held} and there is nothing older than today to drop: allow more bytes in the settings`;
  }
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 0);
}
