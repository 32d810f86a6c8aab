import { CODES, engineError } from './engine-error.ts';
import { insertTraits } from './insert-head.ts';
import type { SettingsMap } from './session-state.ts';

/** Settings an insert of `ingest` may send along: how blocks are made, remembered and read. */
const ALLOWED: ReadonlySet<string> = new Set([
  'async_insert',
  'date_time_input_format',
  'deduplicate_blocks_in_dependent_materialized_views',
  'log_comment',
  'materialized_views_ignore_errors',
  'max_block_size',
  'max_execution_time',
  'max_partitions_per_insert_block',
  'max_threads',
  'parallel_view_processing',
  'session_timezone',
  'throw_on_max_partitions_per_insert_block',
  'use_client_time_zone',
  'wait_for_async_insert',
]);
const ALLOWED_PREFIXES = [
  ...['async_insert_', 'format_csv_', 'format_tsv_', 'input_format_', 'insert_', 'max_insert_'],
  ...['min_insert_', 'output_format_'],
];

/**
 * `VALUES (file('/etc/passwd'))`: the reader of Values computes what is no literal, with every
 * function the engine has. Set for every insert of `ingest`, which may insert and no more.
 */
const VALUES_ARE_LITERALS: SettingsMap = new Map([
  ['input_format_values_interpret_expressions', '0'],
]);

function isAllowed(name: string): boolean {
  return ALLOWED.has(name) || ALLOWED_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/**
 * The settings of one insert of `ingest`. Throws `EngineError` 497 for a setting that is not about
 * inserting: some read files or call servers (`format_schema`, `format_avro_schema_registry_url`).
 */
export function ingestSettings(asked: SettingsMap): Map<string, string> {
  for (const name of asked.keys()) {
    if (!isAllowed(name)) {
      throw engineError(CODES.accessDenied, `ingest: the setting ${name} is not allowed`);
    }
  }
  return new Map([...asked, ...VALUES_ARE_LITERALS]);
}

/**
 * `sql` is the statement before its data, one character a byte. Throws `EngineError` 497 for an
 * insert into a function (a file, a server) and for a SETTINGS clause: settings go in the URL.
 */
export function checkIngestInsert(sql: string): void {
  const traits = insertTraits(sql);
  if (traits.intoFunction) {
    throw engineError(CODES.accessDenied, 'ingest: INSERT INTO FUNCTION is not allowed');
  }
  if (traits.hasSettings) {
    throw engineError(
      CODES.accessDenied,
      'ingest: SETTINGS in an INSERT is not allowed; send settings as URL parameters',
    );
  }
}
