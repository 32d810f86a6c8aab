import { resourceHistoryTable } from '../schema/resource-history.ts';
import { addColumnSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** How long after its newest row a resource's data came; not known of what is there already. */
export const RECEIPT_LAG: Migration = {
  version: 11,
  name: 'receipt lag',
  statements: (options: SchemaOptions): readonly string[] => [
    addColumnSql(resourceHistoryTable(options), 'receipt_lag_ns', options),
  ],
};
