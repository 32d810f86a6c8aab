import { red1mTable, red1mView } from '../schema/red-1m.ts';
import { addColumnSql, modifyViewSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Whether what the roll-up of spans counts was sampled; not known of what is there already. */
export const WEIGHTS_IN_ROLL_UP: Migration = {
  version: 13,
  name: 'weights in the roll-up of spans',
  statements: (options: SchemaOptions): readonly string[] => [
    addColumnSql(red1mTable(options), 'weight_max', options),
    modifyViewSql(red1mView(options), options),
  ],
};
