import { dropTableSql } from '../schema/cluster.ts';
import { contexts1mTable } from '../schema/service-map.ts';
import { createTableSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Contexts that the job of the edges finds minute by minute. */
export const CONTEXTS_BY_MINUTE: Migration = {
  version: 10,
  name: 'contexts by minute',
  statements: (options: SchemaOptions): readonly string[] => [
    // Nothing wrote into it before.
    dropTableSql('contexts_1m', options),
    createTableSql(contexts1mTable(options), options),
  ],
};
