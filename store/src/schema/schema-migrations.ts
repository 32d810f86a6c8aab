import { TABLE_SETTINGS, type TableDefinition } from './table.ts';

/** Which migrations ran here, and which release of Sonde ran them. Read with `DISTINCT version`. */
export function schemaMigrationsTable(): TableDefinition {
  return {
    name: 'schema_migrations',
    columns: [
      { name: 'version', type: 'UInt32' },
      { name: 'name', type: 'String' },
      { name: 'applied_at', type: "DateTime64(3, 'UTC')", expression: 'DEFAULT now64(3)' },
    ],
    indexes: [],
    engine: 'ReplacingMergeTree',
    partitionBy: 'tuple()',
    orderBy: 'version',
    isEverywhere: true,
    settings: TABLE_SETTINGS,
  };
}
