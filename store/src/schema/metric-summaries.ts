import { column } from './columns.ts';
import { pointTable } from './metric-columns.ts';
import type { TableDefinition } from './table.ts';

/** Points of summaries; quantile i has value i. */
export function metricSummariesTable(): TableDefinition {
  return pointTable('metric_summaries', [
    column('count', 'UInt64', 'T64, ZSTD(1)'),
    column('sum', 'Float64'),
    column('quantiles', 'Array(Float64)'),
    column('quantile_values', 'Array(Float64)'),
  ]);
}
