import { distributedTableSql } from '../schema/cluster.ts';
import { resourcesTable } from '../schema/resources.ts';
import { fillResources1wSql, resources1wTable } from '../schema/resources-1w.ts';
import type { SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/**
 * What version 18 could not do in a cluster: the resources of what ended before it, read from all
 * shards and written through the Distributed table, which may not be there yet. Rows that are there
 * fold with them.
 */
export const RESOURCES_OF_CLUSTERS: Migration = {
  version: 19,
  name: 'resources of clusters by week',
  statements: (_holds: SchemaOptions, reads?: SchemaOptions): readonly string[] => {
    if (reads?.cluster === undefined) return [];
    return [
      distributedTableSql(resourcesTable(), reads),
      distributedTableSql(resources1wTable(), reads),
      `${fillResources1wSql(reads)}\nSETTINGS distributed_foreground_insert = 1`,
    ];
  },
};
