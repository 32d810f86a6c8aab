import { Sql } from '../client/sql.ts';
import type { SchemaOptions, TableDefinition } from './definitions.ts';

export type { ClusterOptions } from './definitions.ts';

const CLUSTER_NAME = /^[A-Za-z0-9_-]{1,64}$/;

export function isClusterName(name: string): boolean {
  return CLUSTER_NAME.test(name);
}

/** In a statement. Throws where it is none. */
export function clusterIdentifier(name: string): Sql {
  if (!isClusterName(name)) throw new RangeError(`no name of a cluster: ${JSON.stringify(name)}`);
  return new Sql([`\`${name}\``], []);
}

/** Where rows lie: the database that is read, or the one behind it on each shard. */
export function shardDatabase({ database, cluster }: SchemaOptions): string {
  return cluster === undefined ? database : `${database}_shard`;
}

/** Behind the name in every statement that changes the schema; nothing without a cluster. */
export function onCluster({ cluster }: SchemaOptions): string {
  return cluster === undefined ? '' : ` ON CLUSTER \`${cluster.name}\``;
}

/** A table that is dropped to be made anew has to be gone from Keeper by then. */
export function dropTableSql(name: string, options: SchemaOptions): string {
  const sync = options.cluster === undefined ? '' : ' SYNC';
  return `DROP TABLE IF EXISTS ${options.database}.${name}${onCluster(options)}${sync}`;
}

/**
 * The engine of a table that holds rows. A path of its own names rather than the default with an
 * UUID: a server that joins later becomes a replica by the same statement.
 */
export function engineSql(table: TableDefinition, options: SchemaOptions): string {
  if (options.cluster === undefined) return table.engine;
  const [kind = '', version = ''] = table.engine.split(/[()]/);
  const owner = table.isEverywhere === true ? 'everywhere' : '{shard}';
  const path = `/clickhouse/tables/${owner}/${options.database}/${table.name}`;
  const parameters = [`'${path}'`, "'{replica}'", ...(version === '' ? [] : [version])];
  return `Replicated${kind}(${parameters.join(', ')})`;
}

/**
 * What is read: rows of all shards. Rows of one key meet on one shard, so that `FINAL` folds those
 * that jobs of the backend write through this table; made anew whenever the schema changes, as it
 * holds nothing itself.
 */
export function distributedTableSql(table: TableDefinition, options: SchemaOptions): string {
  const cluster = options.cluster?.name ?? '';
  const [reads, holds] = [options.database, shardDatabase(options)];
  return [
    `CREATE OR REPLACE TABLE ${reads}.${table.name}${onCluster(options)} AS ${holds}.${table.name}`,
    `ENGINE = Distributed('${cluster}', '${holds}', '${table.name}', sipHash64(${table.orderBy}))`,
  ].join('\n');
}
