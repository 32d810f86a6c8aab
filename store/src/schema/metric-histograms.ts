import { column } from './columns.ts';
import { ACCUMULATION_COLUMNS, DISTRIBUTION_COLUMNS, pointTable } from './metric-columns.ts';
import type { TableDefinition } from './table.ts';

/** Points of explicit histograms; `presence` bits: 1 sum, 2 min, 4 max were sent. */
export function metricHistogramsTable(): TableDefinition {
  return pointTable('metric_histograms', [
    ...DISTRIBUTION_COLUMNS,
    ...ACCUMULATION_COLUMNS.slice(0, 1),
    column('bucket_counts', 'Array(UInt64)'),
    column('explicit_bounds', 'Array(Float64)'),
  ]);
}
