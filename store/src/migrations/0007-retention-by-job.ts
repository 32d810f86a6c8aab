import { onCluster } from '../schema/cluster.ts';
import type { SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Tables that came later are made without a TTL. */
const TABLES: readonly string[] = [
  'spans',
  'trace_index',
  'logs',
  'metric_samples',
  'metric_histograms',
  'metric_exponential_histograms',
  'metric_summaries',
  'exemplars',
  'metric_series',
  'resources',
  'profiles',
  'profile_samples',
  'profile_stacks',
  'profile_locations',
  'profile_mappings',
  'red_1m',
  'contexts_1m',
  'edges_1m',
  'attribute_catalogue',
  'resource_history',
  'metric_samples_5m',
  'metric_histograms_5m',
];

/**
 * Rows leave by the settings, whatever those say later: a TTL in a table is fixed when its parts are
 * written. Only metadata changes. Code 36 is the answer where there is no TTL (any more).
 */
export const RETENTION_BY_JOB: Migration = {
  version: 7,
  name: 'retention by job',
  statements: (options: SchemaOptions): readonly string[] =>
    TABLES.map(
      (table) => `ALTER TABLE ${options.database}.${table}${onCluster(options)} REMOVE TTL`,
    ),
  toleratedCodes: [36],
};
