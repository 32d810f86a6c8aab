/** What has a number of days in the settings. */
export type RetainedSignal =
  | 'traces'
  | 'logs'
  | 'metrics'
  | 'profiles'
  | 'rollups'
  | 'metricRollups';

export interface RetainedTable {
  readonly name: string;
  readonly signal: RetainedSignal;
  /** Days that one partition covers. */
  readonly partitionDays: 1 | 7;
  /**
   * Days that rows are kept longer than promised. Rows at the edge may wait in the buffer; a
   * catalogue outlives the rows that name it.
   */
  readonly graceDays: number;
}

function tables(
  signal: RetainedSignal,
  names: readonly string[],
  graceDays: number,
  partitionDays: 1 | 7 = 1,
): readonly RetainedTable[] {
  return names.map((name) => ({ name, signal, partitionDays, graceDays }));
}

/**
 * The tables whose rows leave by the settings. Those that are not here are small, or have a short
 * life of their own.
 */
export const RETAINED_TABLES: readonly RetainedTable[] = [
  ...tables('traces', ['spans'], 1),
  ...tables('traces', ['trace_index'], 2),
  ...tables('logs', ['logs'], 1),
  ...tables(
    'metrics',
    [
      'metric_samples',
      'metric_histograms',
      'metric_exponential_histograms',
      'metric_summaries',
      'exemplars',
      'metric_series',
    ],
    1,
  ),
  ...tables('profiles', ['profiles', 'profile_samples'], 1),
  ...tables('profiles', ['profile_stacks', 'profile_locations', 'profile_mappings'], 2),
  ...tables(
    'rollups',
    [
      'red_1m',
      'contexts_1m',
      'edges_1m',
      'connections_1m',
      'named_addresses_1m',
      'attribute_catalogue',
      'resource_history',
      'log_patterns_1m',
      'log_patterns_1d',
      'log_leaves',
    ],
    1,
  ),
  ...tables('metricRollups', ['metric_samples_5m', 'metric_histograms_5m'], 1, 7),
];

/**
 * Resources are named by rows of every signal: their partition leaves with the longest class. With
 * the days that one partition covers.
 */
export const RESOURCE_TABLES: ReadonlyMap<string, 1 | 7> = new Map([
  ['resources', 1],
  ['resources_1w', 7],
]);

/**
 * Of the tables with a retention, those whose times are whole hours or days and say nothing of when
 * the rows began that they belong to.
 */
export const COARSE_TABLES: ReadonlySet<string> = new Set([
  'trace_index',
  'metric_series',
  'profile_stacks',
  'profile_locations',
  'profile_mappings',
  'attribute_catalogue',
  'resource_history',
  'log_patterns_1d',
  'log_leaves',
]);

/** Series are named by rows and by the roll-ups of metrics. */
export const SERIES_TABLE = 'metric_series';

/** What rows of other tables name: their class is the longest that those may have. */
export const CATALOGUES: ReadonlySet<string> = new Set([
  ...RESOURCE_TABLES.keys(),
  'profile_stacks',
  'profile_locations',
  'profile_mappings',
]);

export function retainedTable(name: string): RetainedTable | undefined {
  return RETAINED_TABLES.find((table) => table.name === name);
}
