import { contexts1mTable, edgeHalvesTable, edges1mTable } from '../schema/service-map.ts';
import { createTableSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Tables that the service map's processor and job fill. */
export const SERVICE_MAP: Migration = {
  version: 5,
  name: 'contexts and edges',
  statements: (options: SchemaOptions): readonly string[] =>
    [contexts1mTable(options), edges1mTable(options), edgeHalvesTable()].map((table) =>
      createTableSql(table, options),
    ),
};
