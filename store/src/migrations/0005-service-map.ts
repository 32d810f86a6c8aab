import { contexts1mTable } from '../schema/service-map.ts';
import { createTableSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Work by context, for the service map. */
export const SERVICE_MAP: Migration = {
  version: 5,
  name: 'contexts',
  statements: (options: SchemaOptions): readonly string[] => [
    createTableSql(contexts1mTable(options), options),
  ],
};
