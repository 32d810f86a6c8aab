import { metricExponentialHistogramsTable } from '../schema/metric-exponential-histograms.ts';
import { metricHistogramsTable } from '../schema/metric-histograms.ts';
import {
  metricExponentialHistograms5mJob,
  metricHistograms5mJob,
  metricHistograms5mTable,
} from '../schema/metric-histograms-5m.ts';
import { metricSamplesTable } from '../schema/metric-samples.ts';
import { metricSamples5mJob, metricSamples5mTable } from '../schema/metric-samples-5m.ts';
import {
  metricWindows5mTable,
  metricWindowsView,
  rolledWindowsView,
} from '../schema/metric-windows-5m.ts';
import {
  addColumnSql,
  createTableSql,
  createViewSql,
  type SchemaOptions,
} from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Rolls up what is inserted from now on: older points stay in the raw tables alone. */
export const METRIC_ROLLUPS: Migration = {
  version: 2,
  name: 'metric roll-ups',
  statements: (options: SchemaOptions): readonly string[] => {
    const tables = [
      metricSamples5mTable(options),
      metricHistograms5mTable(options),
      metricWindows5mTable(),
    ];
    const views = [
      rolledWindowsView('metric_samples_5m', options),
      rolledWindowsView('metric_histograms_5m', options),
      metricWindowsView('metric_samples', options),
      metricWindowsView('metric_histograms', options),
      metricWindowsView('metric_exponential_histograms', options),
      metricSamples5mJob(options),
      metricHistograms5mJob(options),
      metricExponentialHistograms5mJob(options),
    ];
    return [
      addColumnSql(metricSamplesTable(), 'temporality', options),
      addColumnSql(metricSamplesTable(), 'is_monotonic', options),
      addColumnSql(metricHistogramsTable(), 'temporality', options),
      addColumnSql(metricExponentialHistogramsTable(), 'temporality', options),
      ...tables.map((table) => createTableSql(table, options)),
      ...views.map((view) => createViewSql(view, options)),
    ];
  },
};
