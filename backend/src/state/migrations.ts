/** One step forward of the state database; numbered from 1 without gaps, never changed once released. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    name: 'settings versions',
    sql: `CREATE TABLE settings_versions (
      version INTEGER PRIMARY KEY CHECK (version > 0),
      document TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      actor TEXT NOT NULL
    ) STRICT`,
  },
  {
    number: 2,
    name: 'leases',
    sql: `CREATE TABLE leases (
      name TEXT PRIMARY KEY,
      holder TEXT NOT NULL,
      expires_ms INTEGER NOT NULL,
      term INTEGER NOT NULL
    ) STRICT`,
  },
];
