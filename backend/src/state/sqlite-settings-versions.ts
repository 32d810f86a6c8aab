import { DEFAULT_SETTINGS, type Settings, SettingsSchema } from '@sonde/pipeline/settings';
import type Database from 'libsql';
import { z } from 'zod';
import { type SettingsVersion, type SettingsVersions, VersionConflict } from './state-store.ts';

const VersionRow = z.object({
  version: z.number(),
  document: z.string(),
  created_ms: z.number(),
  actor: z.string(),
});

const DEFAULTS: SettingsVersion = { settings: DEFAULT_SETTINGS, createdMs: 0, actor: 'defaults' };

const COLUMNS = 'version, document, created_ms, actor';

/** Settings as JSON documents, a row a version. */
export class SqliteSettingsVersions implements SettingsVersions {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  async current(): Promise<SettingsVersion> {
    return this.#newest();
  }

  async version(version: number): Promise<SettingsVersion | undefined> {
    if (version === 0) return DEFAULTS;
    const row = this.#database
      .prepare(`SELECT ${COLUMNS} FROM settings_versions WHERE version = ?`)
      .get(version);
    return row === undefined ? undefined : readRow(row);
  }

  async list(limit: number): Promise<readonly SettingsVersion[]> {
    const rows = this.#database
      .prepare(`SELECT ${COLUMNS} FROM settings_versions ORDER BY version DESC LIMIT ?`)
      .all(limit);
    const versions = rows.map(readRow);
    return versions.length < limit ? [...versions, DEFAULTS] : versions;
  }

  async put(
    settings: Settings,
    change: { actor: string; nowMs: number },
  ): Promise<SettingsVersion> {
    const next: Settings = { ...settings, version: settings.version + 1 };
    const insert = this.#database.transaction(() => {
      const current = this.#newest().settings.version;
      if (current !== settings.version) throw new VersionConflict(settings.version, current);
      this.#database
        .prepare(`INSERT INTO settings_versions (${COLUMNS}) VALUES (?, ?, ?, ?)`)
        .run(next.version, JSON.stringify(next), change.nowMs, change.actor);
    });
    insert.immediate();
    return { settings: next, createdMs: change.nowMs, actor: change.actor };
  }

  #newest(): SettingsVersion {
    const row = this.#database
      .prepare(`SELECT ${COLUMNS} FROM settings_versions ORDER BY version DESC LIMIT 1`)
      .get();
    return row === undefined ? DEFAULTS : readRow(row);
  }
}

/** Read through the schema: sections that came later get their defaults. */
function readRow(row: unknown): SettingsVersion {
  const { version, document, created_ms, actor } = VersionRow.parse(row);
  const stored: unknown = JSON.parse(document);
  return {
    settings: { ...SettingsSchema.parse(stored), version },
    createdMs: created_ms,
    actor,
  };
}
