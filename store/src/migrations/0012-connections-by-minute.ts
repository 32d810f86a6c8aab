import { connections1mTable, edgeMinutesTable } from '../schema/service-map.ts';
import { addColumnSql, createTableSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** The agents' connections beside the edges of spans, and how many points of them a join saw. */
export const CONNECTIONS_BY_MINUTE: Migration = {
  version: 12,
  name: 'connections by minute',
  statements: (options: SchemaOptions): readonly string[] => [
    createTableSql(connections1mTable(options), options),
    addColumnSql(edgeMinutesTable(options), 'points', options),
  ],
};
