/**
 * Step 7 of the path: which partitions leave, which move, and how long the room lasts.
 *
 * In: the settings of retention with their history, the store's partitions and disks.
 * Out: a report, and partitions dropped or moved to the cold volume.
 * Never: rewrites rows; decides by itself when it runs (a job of the backend does, on one leader).
 */
export { applyPlan, type RetentionAction } from './apply-plan.ts';
export { type DetachedParts, readDetachedParts } from './detached-parts.ts';
export { daysUntilFull } from './forecast.ts';
export type { PastPolicy, RetentionPolicy } from './kept-days.ts';
export {
  GUARD_ORDER,
  planRetention,
  type RetentionPlan,
  type StorageState,
} from './plan-retention.ts';
export { readStorage } from './read-storage.ts';
export {
  COARSE_TABLES,
  RETAINED_TABLES,
  type RetainedSignal,
  type RetainedTable,
} from './retained-tables.ts';
export { type Disk, type StoredPartition, sizeMaxBytesDefault } from './stored-partition.ts';
