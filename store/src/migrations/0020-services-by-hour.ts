import { red1mTable } from '../schema/red-1m.ts';
import { addProjectionsSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** The roll-up of spans once more, by service and hour: what the list of services reads of a day. */
export const SERVICES_BY_HOUR: Migration = {
  version: 20,
  name: 'services by hour',
  statements: (options: SchemaOptions): readonly string[] =>
    addProjectionsSql(red1mTable(options), options),
};
