import { onCluster } from '../schema/cluster.ts';
import { HEX_TRACE_ID_BOUNDS } from '../schema/search-index.ts';
import type { SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** For `otel_traces_trace_id_ts`. */
export const TIMES_OF_TRACES: Migration = {
  version: 17,
  name: 'times of traces by hex id',
  statements: (options: SchemaOptions): readonly string[] => {
    const table = `ALTER TABLE ${options.database}.trace_index${onCluster(options)}`;
    return [
      `${table} ADD ${HEX_TRACE_ID_BOUNDS.replace('INDEX', 'INDEX IF NOT EXISTS')}`,
      `${table} MATERIALIZE INDEX i_trace_id_hex`,
    ];
  },
};
