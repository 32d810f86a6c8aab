import type { UserLimits } from './config.ts';
import { CODES, engineError } from './engine-error.ts';
import type { SettingsMap } from './session-state.ts';

/** Settings a `user` may send along; they change how a result looks, or take less than is allowed. */
const ALLOWED: ReadonlySet<string> = new Set([
  'count_distinct_implementation',
  'date_time_input_format',
  'date_time_output_format',
  'final',
  'join_use_nulls',
  'limit',
  'log_comment',
  'max_block_size',
  'max_columns_to_read',
  'max_result_rows',
  'max_rows_to_read',
  'max_threads',
  'offset',
  'read_overflow_mode',
  'result_overflow_mode',
  'session_timezone',
  'timeout_overflow_mode',
  'use_client_time_zone',
]);
const ALLOWED_PREFIXES = ['output_format_', 'format_csv_', 'format_tsv_', 'format_display_'];

/** Sent by common clients whether or not they matter; a reader's session ignores them. */
const IGNORED: ReadonlySet<string> = new Set([
  'async_insert',
  'insert_deduplicate',
  'mutations_sync',
  'readonly',
  'wait_for_async_insert',
]);

function isAllowed(name: string): boolean {
  return ALLOWED.has(name) || ALLOWED_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** The smaller of what was asked for and the limit; 0 means unlimited to ClickHouse. */
function clamped(asked: string | undefined, limit: number): string {
  const number = Number(asked);
  return String(asked !== undefined && number > 0 && number < limit ? number : limit);
}

/**
 * The settings of one `user` statement: what was asked for and is allowed, and the limits, which
 * can only be lowered. Throws `EngineError` 164 for any other setting, as `readonly=1` does.
 */
export function userSettings(asked: SettingsMap, limits: UserLimits): Map<string, string> {
  const settings = new Map<string, string>();
  const own: ReadonlyMap<string, number> = new Map([
    ['max_memory_usage', limits.memoryMaxBytes],
    ['max_execution_time', limits.durationMaxSeconds],
    ['max_result_bytes', limits.resultMaxBytes],
  ]);
  for (const [name, value] of asked) {
    if (own.has(name) || IGNORED.has(name)) continue;
    if (!isAllowed(name)) {
      throw engineError(CODES.readonly, `Cannot modify '${name}' setting in readonly mode`);
    }
    settings.set(name, value);
  }
  for (const [name, limit] of own) settings.set(name, clamped(asked.get(name), limit));
  return settings;
}
