import { createHash } from 'node:crypto';
import type Database from 'libsql';
import { z } from 'zod';
import { type KeptView, TooManyViews, type View, type Views } from './state-store.ts';

/** Of a tenant. */
const NAMED_MAX = 500;
const LINKS_MAX = 20_000;
/** 60 bits: two of 20,000 links meet by chance once in 10^9 tenants. */
const ID_LENGTH = 10;

const ViewRow = z.object({
  id: z.string(),
  name: z.string().nullable(),
  address: z.string(),
  created_ms: z.number(),
  actor: z.string(),
});
const CountRow = z.object({ count: z.number() });

const COLUMNS = 'id, name, address, created_ms, actor';

/** Views as rows; the id is a digest of what was kept, so that keeping it twice is one. */
export class SqliteViews implements Views {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  async named(tenant: string): Promise<readonly View[]> {
    return this.#database
      .prepare(`SELECT ${COLUMNS} FROM views WHERE tenant = ? AND name IS NOT NULL ORDER BY name`)
      .all(tenant)
      .map(readRow);
  }

  async view(tenant: string, id: string): Promise<View | undefined> {
    const row = this.#database
      .prepare(`SELECT ${COLUMNS} FROM views WHERE tenant = ? AND id = ?`)
      .get(tenant, id);
    return row === undefined ? undefined : readRow(row);
  }

  async keep(kept: KeptView, { actor, nowMs }: { actor: string; nowMs: number }): Promise<View> {
    const { tenant, name = null, address } = kept;
    const view: View = { id: idOf(kept), name, address, createdMs: nowMs, actor };
    const put = this.#database.transaction(() => {
      if (name !== null) this.#makeRoom(tenant, name);
      this.#database
        .prepare(
          `INSERT INTO views (tenant, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (tenant, id) DO UPDATE SET created_ms = excluded.created_ms`,
        )
        .run(tenant, view.id, name, address, nowMs, actor);
      this.#dropOldLinks(tenant);
    });
    put.immediate();
    return view;
  }

  async remove(tenant: string, id: string): Promise<boolean> {
    const { changes } = this.#database
      .prepare('DELETE FROM views WHERE tenant = ? AND id = ?')
      .run(tenant, id);
    return changes > 0;
  }

  /** What has the name goes; throws when there are too many others. */
  #makeRoom(tenant: string, name: string): void {
    this.#database.prepare('DELETE FROM views WHERE tenant = ? AND name = ?').run(tenant, name);
    const row = this.#database
      .prepare('SELECT count() AS count FROM views WHERE tenant = ? AND name IS NOT NULL')
      .get(tenant);
    if (CountRow.parse(row).count >= NAMED_MAX) throw new TooManyViews(NAMED_MAX);
  }

  #dropOldLinks(tenant: string): void {
    this.#database
      .prepare(
        `DELETE FROM views WHERE tenant = ?1 AND name IS NULL AND id IN (
          SELECT id FROM views WHERE tenant = ?1 AND name IS NULL
          ORDER BY created_ms DESC LIMIT -1 OFFSET ${LINKS_MAX})`,
      )
      .run(tenant);
  }
}

function idOf({ tenant, name, address }: KeptView): string {
  const content = JSON.stringify([tenant, name ?? null, address]);
  return createHash('sha256')
    .update(content)
    .digest('base64url')
    .replaceAll(/[-_]/g, '')
    .slice(0, ID_LENGTH);
}

function readRow(row: unknown): View {
  const { id, name, address, created_ms: createdMs, actor } = ViewRow.parse(row);
  return { id, name, address, createdMs, actor };
}
