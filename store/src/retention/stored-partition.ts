import { RESOURCE_TABLES, retainedTable } from './retained-tables.ts';

/** A partition of a table that has a retention. */
export interface StoredPartition {
  readonly table: string;
  /** As `DROP PARTITION ID` takes it. */
  readonly id: string;
  /** The first day in it, in days since the epoch (UTC). */
  readonly day: number;
  /** The retention class its rows were stored under; undefined for roll-ups. */
  readonly classDays: number | undefined;
  readonly rows: number;
  /** Time of its earliest row, unix ms; of the start of the first day in tables that tell days alone. */
  readonly earliestMs: number;
  readonly bytes: number;
  /** Of `bytes`, what lies on the cold volume. */
  readonly coldBytes: number;
}

export interface Disk {
  readonly name: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** A bucket has no size worth telling. */
  readonly isRemote: boolean;
}

const GIB = 1024 ** 3;
const SIZE_MAX_BYTES = 20 * GIB;
export const DAY_MS = 86_400_000;

/** 20 GiB, or a fifth of the disk where that is less. */
export function sizeMaxBytesDefault(hot: Disk): number {
  return Math.min(SIZE_MAX_BYTES, Math.floor(hot.totalBytes / 5));
}

/** `20261126` or `20261126-14`. Undefined for another form of id. */
export function readPartitionId(
  id: string,
): { readonly day: number; readonly classDays: number | undefined } | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})(?:-(\d{1,5}))?$/.exec(id);
  if (match === null) return undefined;
  const [, year, month, date, days] = match;
  const day = Date.UTC(Number(year), Number(month) - 1, Number(date)) / DAY_MS;
  return { day, classDays: days === undefined ? undefined : Number(days) };
}

/** The first day after those in the partition. */
export function dayAfter(partition: StoredPartition): number {
  const { table, day } = partition;
  return day + (retainedTable(table)?.partitionDays ?? RESOURCE_TABLES.get(table) ?? 1);
}
