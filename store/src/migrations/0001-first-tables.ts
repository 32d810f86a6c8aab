import { exemplarsTable } from '../schema/exemplars.ts';
import { logsTable } from '../schema/logs.ts';
import { metricExponentialHistogramsTable } from '../schema/metric-exponential-histograms.ts';
import { metricHistogramsTable } from '../schema/metric-histograms.ts';
import { metricSamplesTable } from '../schema/metric-samples.ts';
import { metricSeriesTable } from '../schema/metric-series.ts';
import { metricSummariesTable } from '../schema/metric-summaries.ts';
import { red1mTable, red1mView } from '../schema/red-1m.ts';
import { resourcesTable } from '../schema/resources.ts';
import { spansTable } from '../schema/spans.ts';
import { createTableSql, createViewSql, type SchemaOptions } from '../schema/table.ts';
import { traceIndexTable, traceIndexView } from '../schema/trace-index.ts';
import type { Migration } from './migration.ts';

/** Views come after the tables they read, materialized ones after both of theirs. */
export const FIRST_TABLES: Migration = {
  version: 1,
  name: 'first tables',
  statements: (options: SchemaOptions): readonly string[] => {
    const tables = [
      resourcesTable(),
      spansTable(options),
      traceIndexTable(),
      red1mTable(options),
      logsTable(options),
      metricSeriesTable(),
      metricSamplesTable(),
      metricHistogramsTable(),
      metricExponentialHistogramsTable(),
      metricSummariesTable(),
      exemplarsTable(),
    ];
    const views = [traceIndexView(options), red1mView(options)];
    return [
      ...tables.map((table) => createTableSql(table, options)),
      ...views.map((view) => createViewSql(view, options)),
    ];
  },
};
