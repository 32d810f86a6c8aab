import { metricSamples5mTable, metricSamples5mView } from '../schema/metric-samples-5m.ts';
import { createTableSql, createViewSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Rolls up what is inserted from now on: older points stay in `metric_samples` alone. */
export const METRIC_ROLLUPS: Migration = {
  version: 2,
  name: 'metric roll-ups',
  statements: (options: SchemaOptions): readonly string[] => [
    createTableSql(metricSamples5mTable(options), options),
    createViewSql(metricSamples5mView(options), options),
  ],
};
