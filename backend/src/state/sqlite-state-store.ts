import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { z } from 'zod';
import { MIGRATIONS, type Migration } from './migrations.ts';
import { SqliteLeases } from './sqlite-leases.ts';
import { SqliteSettingsVersions } from './sqlite-settings-versions.ts';
import { SqliteViews } from './sqlite-views.ts';
import type { Leases, SettingsVersions, StateStore, Views } from './state-store.ts';

/** How long a statement waits for another process that writes. */
const BUSY_MS_MAX = 5000;

/** SQLite's words for SQLITE_NOTADB and SQLITE_CORRUPT. */
const DAMAGED = /not a database|malformed|disk image|file is encrypted/i;

const CountRow = z.object({ newest: z.number().nullable() });

export interface SqliteStateStoreOptions {
  /** The file; its folder is made (mode 0700), `:memory:` for tests. */
  readonly path: string;
  /** Other than the default only in tests of migrations. */
  readonly migrations?: readonly Migration[];
}

/**
 * The state in one SQLite file, in write-ahead mode with a sync at every commit. Opens what an
 * earlier release wrote; throws with words when a later release wrote it.
 */
export class SqliteStateStore implements StateStore {
  readonly settings: SettingsVersions;
  readonly leases: Leases;
  readonly views: Views;
  readonly #database: Database.Database;

  constructor(options: SqliteStateStoreOptions) {
    if (options.path !== ':memory:') {
      mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
    }
    this.#database = openFile(options.path);
    try {
      this.#database.pragma('journal_mode = WAL');
      this.#database.pragma('synchronous = FULL');
      migrate(this.#database, options.path, options.migrations ?? MIGRATIONS);
    } catch (error) {
      this.#database.close();
      throw inWords(error, options.path);
    }
    this.settings = new SqliteSettingsVersions(this.#database);
    this.leases = new SqliteLeases(this.#database);
    this.views = new SqliteViews(this.#database);
  }

  async close(): Promise<void> {
    if (this.#database.open) this.#database.close();
  }
}

function openFile(path: string): Database.Database {
  try {
    return new Database(path, { timeout: BUSY_MS_MAX });
  } catch (error) {
    throw inWords(error, path);
  }
}

/** Names the file; of one that is damaged also the mend. */
function inWords(error: unknown, path: string): Error {
  const reason = error instanceof Error ? error.message : String(error);
  if (reason.includes(path)) return new Error(reason, { cause: error });
  if (!DAMAGED.test(reason)) return new Error(`${path}: ${reason}`, { cause: error });
  const mend = 'Move it and its -wal and -shm files away and start again';
  const cost = 'the settings begin anew, telemetry is not touched';
  return new Error(`${path} is damaged (${reason}). ${mend}: ${cost}.`, { cause: error });
}

function migrate(
  database: Database.Database,
  path: string,
  migrations: readonly Migration[],
): void {
  database.exec(`CREATE TABLE IF NOT EXISTS schema_migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_ms INTEGER NOT NULL) STRICT`);
  // Immediate: two processes that open a new file do not both migrate it.
  const apply = database.transaction(() => {
    const row = database.prepare('SELECT max(number) AS newest FROM schema_migrations').get();
    const applied = CountRow.parse(row).newest ?? 0;
    if (applied > migrations.length) {
      throw new Error(
        `${path} was written by a later release of Sonde (schema ${applied}, this one knows ` +
          `${migrations.length}). Start that release, or move the file away to begin anew.`,
      );
    }
    for (const migration of migrations.slice(applied)) {
      database.exec(migration.sql);
      database
        .prepare('INSERT INTO schema_migrations (number, name, applied_ms) VALUES (?, ?, ?)')
        .run(migration.number, migration.name, Date.now());
    }
  });
  apply.immediate();
}
