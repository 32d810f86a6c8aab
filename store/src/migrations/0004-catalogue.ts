import { attributeCatalogueTable, attributeCatalogueViews } from '../schema/attribute-catalogue.ts';
import { deploymentsView, resourceHistoryTable } from '../schema/resource-history.ts';
import { createTableSql, createViewSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Which attributes there are, and what ran when. */
export const CATALOGUE: Migration = {
  version: 4,
  name: 'attribute catalogue and resource history',
  statements: (options: SchemaOptions): readonly string[] => [
    createTableSql(attributeCatalogueTable(options), options),
    createTableSql(resourceHistoryTable(options), options),
    ...attributeCatalogueViews(options).map((view) => createViewSql(view, options)),
    createViewSql(deploymentsView(options), options),
  ],
};
