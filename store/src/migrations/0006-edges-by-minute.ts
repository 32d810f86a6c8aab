import { dropTableSql } from '../schema/cluster.ts';
import { edgeMinutesTable, edges1mTable } from '../schema/service-map.ts';
import { createTableSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Edges that a job joins minute by minute, in place of halves that each insert would have left. */
export const EDGES_BY_MINUTE: Migration = {
  version: 6,
  name: 'edges by minute',
  statements: (options: SchemaOptions): readonly string[] => [
    dropTableSql('edge_halves', options),
    // Nothing wrote into it before.
    dropTableSql('edges_1m', options),
    createTableSql(edges1mTable(options), options),
    createTableSql(edgeMinutesTable(options), options),
  ],
};
