import { connections1mTable } from '../schema/service-map.ts';
import { addColumnSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Round trip times of connections on the map; there are none of what is there already. */
export const ROUND_TRIPS: Migration = {
  version: 14,
  name: 'round trips of connections',
  statements: (options: SchemaOptions): readonly string[] =>
    ['rtt_measures', 'rtt_ns_sum', 'rtt_histogram'].map((name) =>
      addColumnSql(connections1mTable(options), name, options),
    ),
};
