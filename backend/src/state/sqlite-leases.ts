import type Database from 'libsql';
import { z } from 'zod';
import type { Lease, LeaseRequest, Leases } from './state-store.ts';

const LeaseRow = z.object({
  name: z.string(),
  holder: z.string(),
  expires_ms: z.number(),
  term: z.number(),
});

// One statement decides, so that two processes never both believe they hold the lease.
const ACQUIRE = `
  INSERT INTO leases (name, holder, expires_ms, term) VALUES (?1, ?2, ?3, 1)
  ON CONFLICT (name) DO UPDATE SET
    term = leases.term + (leases.holder <> excluded.holder),
    holder = excluded.holder,
    expires_ms = excluded.expires_ms
  WHERE leases.holder = excluded.holder OR leases.expires_ms <= ?4`;

/** Leases as rows; time is the caller's clock, so replicas on one file must agree on it. */
export class SqliteLeases implements Leases {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  async acquire(request: LeaseRequest): Promise<Lease | undefined> {
    const { name, holder, ttlMs, nowMs } = request;
    const { changes } = this.#database.prepare(ACQUIRE).run(name, holder, nowMs + ttlMs, nowMs);
    if (changes === 0) return undefined;
    const row = this.#database
      .prepare('SELECT name, holder, expires_ms, term FROM leases WHERE name = ? AND holder = ?')
      .get(name, holder);
    if (row === undefined) return undefined;
    const lease = LeaseRow.parse(row);
    return { name, holder, expiresMs: lease.expires_ms, term: lease.term };
  }

  async release(name: string, holder: string): Promise<void> {
    // The row stays, expired: its term must never start again at 1.
    this.#database
      .prepare('UPDATE leases SET expires_ms = 0 WHERE name = ? AND holder = ?')
      .run(name, holder);
  }
}
