import { column } from './columns.ts';
import { ACCUMULATION_COLUMNS, DISTRIBUTION_COLUMNS, pointTable } from './metric-columns.ts';
import type { TableDefinition } from './table.ts';

/** Points of exponential histograms as sent; `presence` bits: 1 sum, 2 min, 4 max were sent. */
export function metricExponentialHistogramsTable(): TableDefinition {
  return pointTable('metric_exponential_histograms', [
    ...DISTRIBUTION_COLUMNS,
    ...ACCUMULATION_COLUMNS.slice(0, 1),
    column('scale', 'Int32'),
    column('zero_count', 'UInt64'),
    column('zero_threshold', 'Float64'),
    column('positive_offset', 'Int32'),
    column('positive_bucket_counts', 'Array(UInt64)'),
    column('negative_offset', 'Int32'),
    column('negative_bucket_counts', 'Array(UInt64)'),
  ]);
}
