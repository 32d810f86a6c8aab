import { column, LOW_CARDINALITY, NANOSECONDS, SECONDS, STRING, TENANT } from './columns.ts';
import {
  type SchemaOptions,
  TABLE_SETTINGS,
  type TableDefinition,
  type ViewDefinition,
} from './table.ts';

const SUM = 'SimpleAggregateFunction(sum, Float64)';
const FIRST = `SimpleAggregateFunction(min, ${NANOSECONDS})`;
const LAST = `SimpleAggregateFunction(max, ${NANOSECONDS})`;
/** Aliases of leaves that nobody told of for so long are forgotten. */
const ALIAS_DAYS = 400;

/**
 * Log records a minute by the id that is stored with them (0: none), filled by `log_patterns_1m_mv`.
 * Ids become patterns by `log_patterns`. Counts and bytes (of bodies) have the sampling weight
 * applied; rows of one key add up: always `sum()` again.
 */
export function logPatterns1mTable(): TableDefinition {
  return {
    name: 'log_patterns_1m',
    columns: [
      TENANT,
      column('time', SECONDS, 'DoubleDelta, ZSTD(1)'),
      column('service', LOW_CARDINALITY),
      column('service_version', LOW_CARDINALITY),
      column('pattern_id', 'UInt64'),
      column('severity_number', 'UInt8'),
      column('records', SUM),
      column('body_bytes', SUM),
      column('first_seen', FIRST),
      column('last_seen', LAST),
    ],
    indexes: [],
    engine: 'AggregatingMergeTree',
    partitionBy: 'toDate(time)',
    orderBy:
      '(tenant, toStartOfHour(time), service, pattern_id, time, severity_number, service_version)',
    settings: TABLE_SETTINGS,
  };
}

export function logPatterns1mView({ database }: SchemaOptions): ViewDefinition {
  return {
    name: 'log_patterns_1m_mv',
    target: 'log_patterns_1m',
    select: `SELECT
  tenant,
  toStartOfMinute(toDateTime(timestamp, 'UTC')) AS time,
  service,
  service_version,
  pattern_id,
  severity_number,
  sum(weight) AS records,
  sum(length(body) * weight) AS body_bytes,
  min(timestamp) AS first_seen,
  max(timestamp) AS last_seen
FROM ${database}.logs
GROUP BY tenant, time, service, service_version, pattern_id, severity_number`,
  };
}

/** The same a day, for what was first seen when; from the rows of `log_patterns_1m` as they come. */
export function logPatterns1dTable(): TableDefinition {
  return {
    name: 'log_patterns_1d',
    columns: [
      TENANT,
      column('time', SECONDS, 'DoubleDelta, ZSTD(1)'),
      column('service', LOW_CARDINALITY),
      column('pattern_id', 'UInt64'),
      column('records', SUM),
      column('body_bytes', SUM),
      column('severity_max', 'SimpleAggregateFunction(max, UInt8)'),
      column('first_seen', FIRST),
      column('last_seen', LAST),
    ],
    indexes: [],
    engine: 'AggregatingMergeTree',
    partitionBy: 'toDate(time)',
    orderBy: '(tenant, service, pattern_id, time)',
    settings: TABLE_SETTINGS,
  };
}

export function logPatterns1dView({ database }: SchemaOptions): ViewDefinition {
  return {
    name: 'log_patterns_1d_mv',
    target: 'log_patterns_1d',
    select: `SELECT
  tenant,
  toStartOfDay(minutes.time) AS time,
  service,
  pattern_id,
  sum(minutes.records) AS records,
  sum(minutes.body_bytes) AS body_bytes,
  max(severity_number) AS severity_max,
  min(minutes.first_seen) AS first_seen,
  max(minutes.last_seen) AS last_seen
FROM ${database}.log_patterns_1m AS minutes
GROUP BY tenant, time, service, pattern_id`,
  };
}

/**
 * What processes know of the ids they give (`LeafFact` as JSON): once a day an id is used, and more
 * often while it is young. Two processes that meet one id both write; the fact of most lines counts.
 */
export function logLeavesTable(): TableDefinition {
  return {
    name: 'log_leaves',
    columns: [
      TENANT,
      column('day', 'Date'),
      column('service', LOW_CARDINALITY),
      column('leaf_id', 'UInt64'),
      column('moved_to', 'UInt64'),
      column('version', 'UInt64'),
      column('fact', STRING),
      { ...column('written_at', "DateTime64(3, 'UTC')"), expression: 'DEFAULT now64(3)' },
    ],
    indexes: [],
    engine: 'ReplacingMergeTree(version)',
    partitionBy: 'day',
    // A leaf that gave way is a row beside the one of when it had not.
    orderBy: '(tenant, service, leaf_id, moved_to, day)',
    settings: TABLE_SETTINGS,
  };
}

/**
 * Which pattern the id of a row belongs to, and its template: what the leader among the backends
 * makes of `log_leaves`. A value of the template is entry `slot_places` of `pattern_variables` of a
 * row of this id, from 1; where that is 0 it is the word of `slot_words`. Read with FINAL.
 */
export function logPatternsTable(): TableDefinition {
  return {
    name: 'log_patterns',
    columns: [
      TENANT,
      column('service', LOW_CARDINALITY),
      column('leaf_id', 'UInt64'),
      column('pattern_id', 'UInt64'),
      column('template', STRING),
      column('sample', STRING),
      column('slot_places', 'Array(UInt16)'),
      column('slot_words', 'Array(String)'),
      column('updated', SECONDS),
      column('version', 'UInt64'),
    ],
    indexes: [],
    engine: 'ReplacingMergeTree(version)',
    partitionBy: 'tuple()',
    orderBy: '(tenant, service, leaf_id)',
    ttl: `updated + toIntervalDay(${ALIAS_DAYS})`,
    settings: { ...TABLE_SETTINGS, ttl_only_drop_parts: 0 },
  };
}
