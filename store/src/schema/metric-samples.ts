import { column } from './columns.ts';
import { ACCUMULATION_COLUMNS, pointTable } from './metric-columns.ts';
import type { TableDefinition } from './table.ts';

/**
 * Points of gauges and sums. `value` is the number as a double for every type; `int_value` is the
 * exact integer when `value_type` is 2 (1 is a double, 0 no recorded value).
 */
export function metricSamplesTable(): TableDefinition {
  return pointTable('metric_samples', [
    column('value', 'Float64', 'ZSTD(3)'),
    column('int_value', 'Int64', 'T64, ZSTD(1)'),
    column('value_type', 'UInt8'),
    ...ACCUMULATION_COLUMNS,
  ]);
}
