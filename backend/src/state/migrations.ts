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
  {
    number: 3,
    name: 'views',
    sql: `CREATE TABLE views (
      tenant TEXT NOT NULL,
      id TEXT NOT NULL,
      name TEXT,
      address TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      actor TEXT NOT NULL,
      PRIMARY KEY (tenant, id)
    ) STRICT;
    CREATE UNIQUE INDEX views_by_name ON views (tenant, name) WHERE name IS NOT NULL`,
  },
];
