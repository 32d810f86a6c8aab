import { z } from 'zod';
import { param, sql, tableName } from '../client/sql.ts';
import type { StoreClient } from '../client/store-client.ts';
import { MIGRATIONS } from '../migrations/migrate.ts';
import type { BackupManifest } from './manifest.ts';
import { type BackupProgress, checkBackupName, runBackup } from './run-backup.ts';

export interface RestoreOptions {
  readonly manifest: BackupManifest;
  /** The backup's folder in the engine's `backupsDirectory`. */
  readonly name: string;
  readonly onProgress?: (progress: BackupProgress) => void;
}

const Count = z.object({ n: z.coerce.number() });

/**
 * Brings a backup into a store that has no such database, and counts the rows of each table against
 * the manifest; those that fold rows of one key may have fewer by then. Throws in words when the
 * database is there, when a later release took the backup, and when a count differs. Migrate
 * afterwards.
 */
export async function restoreStore(client: StoreClient, options: RestoreOptions): Promise<void> {
  const { manifest, name, onProgress = () => undefined } = options;
  checkBackupName(name);
  const { database, schemaVersion } = manifest;
  if (schemaVersion > MIGRATIONS.length) {
    throw new Error(
      `the backup has schema version ${schemaVersion}, this release of Sonde knows versions up to ` +
        `${MIGRATIONS.length}: restore it with the release that took it (${manifest.sondeVersion})`,
    );
  }
  const there = await client.query(
    sql`SELECT count() AS n FROM system.databases WHERE name = ${param.string(database)}`,
    Count,
  );
  if (there.rows[0]?.n !== 0) {
    throw new Error(
      `the store has a database ${database} already; a backup goes into an empty one`,
    );
  }
  await runBackup(client, `RESTORE DATABASE ${database} FROM File('${name}') ASYNC`, onProgress);
  await checkRows(client, manifest);
}

const Engine = z.object({ name: z.string(), engine: z.string() });

/** Tables of these engines fold rows of one key whenever parts are merged, also while we count. */
const FOLDS = /^(?:Aggregating|Replacing|Summing)/;

async function checkRows(client: StoreClient, { database, rows }: BackupManifest): Promise<void> {
  const tables = sql`SELECT name, engine FROM system.tables
    WHERE database = ${param.string(database)}`;
  const engines = (await client.query(tables, Engine)).rows;
  const folding = new Set(
    engines.filter(({ engine }) => FOLDS.test(engine)).map(({ name }) => name),
  );
  for (const [table, expected] of Object.entries(rows)) {
    const name = tableName(`${database}.${table}`);
    const found =
      (await client.query(sql`SELECT count() AS n FROM ${name}`, Count)).rows[0]?.n ?? 0;
    const isFolded = folding.has(table) && found > 0 && found < expected;
    if (found === expected || isFolded) continue;
    throw new Error(
      `${database}.${table} has ${found} rows after restoring, the backup has ${expected}: the ` +
        'backup is damaged or incomplete',
    );
  }
}
