import { onCluster } from '../schema/cluster.ts';
import { collectorViews } from '../schema/collector-views.ts';
import { HEX_TRACE_ID_BOUNDS } from '../schema/search-index.ts';
import { createViewSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** `otel_traces_trace_id_ts`; exemplars without a trace have no id in the Collector's views. */
export const TIMES_OF_TRACES: Migration = {
  version: 17,
  name: 'times of traces by hex id',
  statements: (options: SchemaOptions): readonly string[] => {
    const table = `ALTER TABLE ${options.database}.trace_index${onCluster(options)}`;
    return [
      `${table} ADD ${HEX_TRACE_ID_BOUNDS.replace('INDEX', 'INDEX IF NOT EXISTS')}`,
      `${table} MATERIALIZE INDEX i_trace_id_hex`,
      ...collectorViews(options).map((view) => createViewSql(view, options)),
    ];
  },
};
