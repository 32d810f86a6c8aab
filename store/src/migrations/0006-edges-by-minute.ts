import { edgeMinutesTable, edges1mTable } from '../schema/service-map.ts';
import { createTableSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Edges that a job joins minute by minute, in place of halves that each insert would have left. */
export const EDGES_BY_MINUTE: Migration = {
  version: 6,
  name: 'edges by minute',
  statements: (options: SchemaOptions): readonly string[] => [
    `DROP TABLE IF EXISTS ${options.database}.edge_halves`,
    // Nothing wrote into it before.
    `DROP TABLE IF EXISTS ${options.database}.edges_1m`,
    createTableSql(edges1mTable(options), options),
    createTableSql(edgeMinutesTable(options), options),
  ],
};
