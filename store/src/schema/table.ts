import { engineSql, onCluster } from './cluster.ts';
import type {
  ColumnDefinition,
  ProjectionDefinition,
  SchemaOptions,
  TableDefinition,
  ViewDefinition,
} from './definitions.ts';

export type {
  ColumnDefinition,
  ProjectionDefinition,
  SchemaOptions,
  SearchIndex,
  TableDefinition,
  ViewDefinition,
} from './definitions.ts';

export const DEFAULT_SCHEMA_OPTIONS: SchemaOptions = {
  database: 'sonde',
  searchIndex: 'bloom',
  rollupRetentionDays: 90,
  metricRollupRetentionDays: 400,
};

/**
 * Blocks whose tokens a table remembers. A range is inserted again after its reader died; until
 * then the readers of other partitions go on inserting. 10,000 is what Replicated tables remember
 * by default: almost three hours of one insert a second, where a reader is replaced within minutes,
 * at about 200 bytes of server memory a token.
 */
export const DEDUPLICATION_WINDOW = 10_000;

/** Settings of every table and every materialized view's target. */
export const TABLE_SETTINGS: Readonly<Record<string, number>> = {
  non_replicated_deduplication_window: DEDUPLICATION_WINDOW,
  replicated_deduplication_window: DEDUPLICATION_WINDOW,
  // Seven days: a consumer that died on Friday between insert and commit is replayed on Monday.
  replicated_deduplication_window_seconds: 604_800,
  ttl_only_drop_parts: 1,
};

/** A merge that folds rows makes the projection of what comes out anew: without it there is none. */
export const PROJECTIONS_IN_MERGES = 'deduplicate_merge_projection_mode';

/** Settings of the raw tables: a row is named by `(_block_number, _block_offset)` for ever. */
export const RAW_TABLE_SETTINGS: Readonly<Record<string, number>> = {
  ...TABLE_SETTINGS,
  enable_block_number_column: 1,
  enable_block_offset_column: 1,
};

export function createTableSql(table: TableDefinition, options: SchemaOptions): string {
  const projections = (table.projections ?? []).map((one) => `PROJECTION ${projectionSql(one)}`);
  const lines = [...table.columns.map(columnSql), ...table.indexes, ...projections];
  const settings = Object.entries(table.settings).map(([key, value]) => `${key} = ${value}`);
  return [
    `CREATE TABLE IF NOT EXISTS ${options.database}.${table.name}${onCluster(options)} (`,
    `  ${lines.join(',\n  ')}`,
    `) ENGINE = ${engineSql(table, options)}`,
    `PARTITION BY ${table.partitionBy}`,
    `ORDER BY ${table.orderBy}`,
    ...(table.ttl === undefined ? [] : [`TTL ${table.ttl}`]),
    `SETTINGS ${settings.join(', ')}`,
  ].join('\n');
}

export function createViewSql(view: ViewDefinition, options: SchemaOptions): string {
  const name = `${options.database}.${view.name}${onCluster(options)}`;
  if (view.target === undefined) return `CREATE OR REPLACE VIEW ${name} AS\n${view.select}`;
  const target = `${options.database}.${view.target}`;
  const way = view.refresh === undefined ? 'TO' : `REFRESH ${view.refresh} APPEND TO`;
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${name} ${way} ${target} AS\n${view.select}`;
}

/**
 * Makes a materialized view that is there what it is now; inserts go on meanwhile. `nameViewSql` has
 * to follow.
 */
export function modifyViewSql(view: ViewDefinition, options: SchemaOptions): string {
  const name = `${options.database}.${view.name}${onCluster(options)}`;
  return `ALTER TABLE ${name} MODIFY QUERY\n${view.select}`;
}

/**
 * Has ClickHouse know a view by its name again. The token under which a view's target takes a block
 * contains the view, by its name, and after `ALTER` by its UUID until the server starts anew: a block
 * that comes again after that start was stored twice in the target, once in the table. Exchanging a
 * view with itself registers it under its name, in one step.
 */
export function nameViewSql(view: ViewDefinition, options: SchemaOptions): string {
  const name = `${options.database}.${view.name}`;
  return `EXCHANGE TABLES ${name} AND ${name}${onCluster(options)}`;
}

function columnSql(column: ColumnDefinition): string {
  const expression = column.expression === undefined ? '' : ` ${column.expression}`;
  const codec = column.codec === undefined ? '' : ` CODEC(${column.codec})`;
  return `\`${column.name}\` ${column.type}${expression}${codec}`;
}

/** Adds a column that a table has since a later version; what it has already stays. */
export function addColumnSql(table: TableDefinition, name: string, options: SchemaOptions): string {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new RangeError(`${table.name} has no column ${name}`);
  const of = `${options.database}.${table.name}${onCluster(options)}`;
  return `ALTER TABLE ${of} ADD COLUMN IF NOT EXISTS ${columnSql(column)}`;
}

function projectionSql({ name, select }: ProjectionDefinition): string {
  return `${name} (${select})`;
}

/**
 * Gives a table what its projections need, and them. Parts that are there get theirs by and by; until
 * then queries read their rows.
 */
export function addProjectionsSql(
  table: TableDefinition,
  options: SchemaOptions,
): readonly string[] {
  const alter = `ALTER TABLE ${options.database}.${table.name}${onCluster(options)}`;
  const mode = table.settings[PROJECTIONS_IN_MERGES];
  return [
    ...(mode === undefined ? [] : [`${alter} MODIFY SETTING ${PROJECTIONS_IN_MERGES} = ${mode}`]),
    ...(table.projections ?? []).flatMap((projection) => [
      `${alter} ADD PROJECTION IF NOT EXISTS ${projectionSql(projection)}`,
      `${alter} MATERIALIZE PROJECTION ${projection.name}`,
    ]),
  ];
}
