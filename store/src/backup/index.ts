/**
 * Step 7 of the path: a copy of the whole store, taken while rows come in, and its way back.
 *
 * In: a folder that the engine may write, an empty store. Out: the engine's own backup with a
 * manifest beside, a store with the rows that the manifest counts.
 * Never: copies what is still in the buffer; restores over rows.
 */
export { backupStore } from './backup-store.ts';
export { type BackupManifest, readManifest } from './manifest.ts';
export { restoreStore } from './restore-store.ts';
export type { BackupProgress } from './run-backup.ts';
