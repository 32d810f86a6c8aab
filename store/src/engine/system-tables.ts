/**
 * Which tables of `system` a `user` may read. What is not here is refused, so that a table of a later
 * engine is closed until somebody has looked at it: statements of others stand in `processes`,
 * `query_cache`, every `..._log`, and in the texts of `errors`, `mutations` and `view_refreshes`.
 */

/** Tables that tell nothing of anybody's rows or statements; clients read them to connect. */
const OF_EVERYBODY: readonly string[] = [
  ...[
    'aggregate_function_combinators',
    'build_options',
    'columns',
    'contributors',
    'data_type_families',
    'databases',
    'formats',
  ],
  ...['functions', 'keywords', 'numbers', 'numbers_mt', 'one', 'settings', 'table_engines'],
  ...['table_functions', 'tables', 'time_zones', 'zeros', 'zeros_mt'],
];

/** For who may see all rows: how many there are, where they lie, how the engine is doing. */
const OF_ALL_ROWS: readonly string[] = [
  ...['asynchronous_metrics', 'clusters', 'codecs', 'collations', 'completions', 'constraints'],
  ...['current_roles', 'dashboards', 'data_skipping_index_types', 'data_skipping_indices'],
  ...['database_engines', 'detached_parts', 'dictionaries', 'dictionary_layouts', 'disk_types'],
  ...['disks', 'documentation', 'enabled_roles', 'events', 'graphite_retentions', 'licenses'],
  ...['histogram_metrics', 'merge_tree_settings', 'merges', 'metrics', 'moves', 'parts'],
  ...['parts_columns', 'primes', 'projection_parts', 'projection_parts_columns', 'projections'],
  ...['replicas', 'replicated_merge_tree_settings', 'settings_changes', 'storage_policies'],
  ...['tokenizers', 'unicode'],
];

const NARROWED: ReadonlySet<string> = new Set(OF_EVERYBODY);
const WHOLE: ReadonlySet<string> = new Set([...OF_EVERYBODY, ...OF_ALL_ROWS]);

/** Whether that is a database of the engine's own, in any spelling of its name. */
export function isSystemDatabase(name: string): boolean {
  return ['system', 'information_schema'].includes(name.toLowerCase());
}

/** Whether a `user` may read that table; `narrowed`: one who sees a single tenant's rows. */
export function mayReadSystemTable(database: string, table: string, narrowed: boolean): boolean {
  const name = table.toLowerCase();
  if (narrowed) return NARROWED.has(name);
  return database.toLowerCase() === 'information_schema' || WHOLE.has(name);
}
