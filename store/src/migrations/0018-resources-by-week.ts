import { collectorViews } from '../schema/collector-views.ts';
import { fillResources1wSql, resources1wTable, resources1wView } from '../schema/resources-1w.ts';
import { createTableSql, createViewSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/**
 * What the Collector's views join, and these views, which the versions 1 and 17 made once. An INSERT
 * goes to one server alone: in a cluster what sends has its attributes within the hour, and version 19
 * brings those of what ended before.
 */
export const RESOURCES_BY_WEEK: Migration = {
  version: 18,
  name: 'resources by week',
  statements: (options: SchemaOptions): readonly string[] => [
    createTableSql(resources1wTable(), options),
    createViewSql(resources1wView(options), options),
    ...(options.cluster === undefined ? [fillResources1wSql(options)] : []),
    ...collectorViews(options).map((view) => createViewSql(view, options)),
  ],
};
