import { namedAddresses1mTable } from '../schema/service-map.ts';
import { createTableSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Which name and which address mean the same to a client. */
export const NAMED_ADDRESSES: Migration = {
  version: 15,
  name: 'named addresses',
  statements: (options: SchemaOptions): readonly string[] => [
    createTableSql(namedAddresses1mTable(options), options),
  ],
};
