import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Sql } from '../client/sql.ts';
import type { StoreClient } from '../client/store-client.ts';
import { schemaVersion } from '../migrations/migrate.ts';
import { DEFAULT_SCHEMA_OPTIONS } from '../schema/table.ts';
import { type BackupManifest, writeManifest } from './manifest.ts';
import { type BackupProgress, checkBackupName, runBackup } from './run-backup.ts';

export interface BackupOptions {
  readonly database: string;
  /** The engine's `backupsDirectory`, as this process sees it. */
  readonly backupsDirectory: string;
  /** A new folder in it. */
  readonly name: string;
  readonly sondeVersion: string;
  readonly waitingInBuffer: number | null;
  readonly onProgress?: (progress: BackupProgress) => void;
}

/**
 * Copies the database as it is at one moment, while rows come in and parts are merged: the engine
 * holds on to the parts of that moment. Every file is written apart, so that the rows can be counted
 * in what was copied. Rejects with `StoreError`, and with words when the engine's copy fails.
 */
export async function backupStore(
  client: StoreClient,
  options: BackupOptions,
): Promise<BackupManifest> {
  const { database, name, backupsDirectory, onProgress = () => undefined } = options;
  checkBackupName(name);
  const settings =
    'deduplicate_files = 0, backup_data_from_refreshable_materialized_view_targets = 1';
  const statement = `BACKUP DATABASE ${database} TO File('${name}') SETTINGS ${settings} ASYNC`;
  const engineVersion = await version(client);
  const schema = await schemaVersion(client, { ...DEFAULT_SCHEMA_OPTIONS, database });
  const takenAt = new Date().toISOString();
  await runBackup(client, statement, onProgress);
  const folder = join(backupsDirectory, name);
  const manifest: BackupManifest = {
    format: 1,
    takenAt,
    sondeVersion: options.sondeVersion,
    engineVersion,
    schemaVersion: schema,
    database,
    rows: countRows(join(folder, 'data', database)),
    waitingInBuffer: options.waitingInBuffer,
  };
  writeManifest(folder, manifest);
  return manifest;
}

async function version(client: StoreClient): Promise<string> {
  const row = z.object({ version: z.string() });
  const { rows } = await client.query(new Sql(['SELECT version() AS version'], []), row);
  return rows[0]?.version ?? '';
}

/** A part says in `count.txt` how many rows it has. */
function countRows(folder: string): Record<string, number> {
  const rows: Record<string, number> = {};
  for (const table of readdirSync(folder)) {
    rows[table] = readdirSync(join(folder, table))
      .map((part) => join(folder, table, part, 'count.txt'))
      .filter((file) => statSync(file, { throwIfNoEntry: false }) !== undefined)
      .reduce((sum, file) => sum + Number(readFileSync(file, 'utf8')), 0);
  }
  return rows;
}
