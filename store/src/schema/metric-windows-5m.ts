import { column, NANOSECONDS, SECONDS, TENANT } from './columns.ts';
import {
  type SchemaOptions,
  TABLE_SETTINGS,
  type TableDefinition,
  type ViewDefinition,
} from './table.ts';

/** Tables of points that are rolled up; the number is the one stored. */
const SOURCES = {
  metric_samples: 1,
  metric_histograms: 2,
  metric_exponential_histograms: 3,
} as const;

export type RolledUpTable = keyof typeof SOURCES;

const SOURCE = `Enum8(${Object.entries(SOURCES)
  .map(([name, number]) => `'${name}' = ${number}`)
  .join(', ')})`;

/** Seconds of one row of a roll-up of metrics. */
export const METRIC_ROLLUP_SECONDS = 300;

/** Later points than these stay in the raw tables alone. */
const LATE_DAYS_MAX = 7;

/** A window is rolled up when it has been over for so long. */
const GRACE_SECONDS = 60;

/** When jobs run: two minutes after windows end. */
export const ROLLUP_SCHEDULE = 'EVERY 5 MINUTE OFFSET 2 MINUTE';

/** Points of one turn of a job, so that a backlog does not fill the memory. */
const TURN_POINTS_MAX = 10_000_000;

/**
 * How many points there are in five minutes of a table of points (`version` 0, counted by a view of
 * each insert), and how many of them each turn of a job rolled up (`version` is the turn's time). A
 * window is due when no turn rolled up as many as there are: new, late, or half done.
 */
export function metricWindows5mTable(): TableDefinition {
  return {
    name: 'metric_windows_5m',
    columns: [
      TENANT,
      column('source', SOURCE),
      column('time', SECONDS),
      column('version', 'UInt64'),
      column('points', 'SimpleAggregateFunction(sum, UInt64)'),
    ],
    indexes: [],
    engine: 'AggregatingMergeTree',
    partitionBy: 'toDate(time)',
    orderBy: '(tenant, source, time, version)',
    ttl: `time + toIntervalDay(${LATE_DAYS_MAX + 1})`,
    settings: TABLE_SETTINGS,
  };
}

/** Counts the points of every insert. */
export function metricWindowsView(table: RolledUpTable, options: SchemaOptions): ViewDefinition {
  return {
    name: `${table}_windows_mv`,
    target: 'metric_windows_5m',
    select: `SELECT
  tenant,
  '${table}' AS source,
  ${WINDOW} AS time,
  toUInt64(0) AS version,
  count() AS points
FROM ${options.database}.${table}
WHERE ${isRolledUp(table)}
GROUP BY tenant, time`,
  };
}

/** Counts what the turns of jobs wrote into `rollup`. */
export function rolledWindowsView(rollup: string, options: SchemaOptions): ViewDefinition {
  return {
    name: `${rollup}_rolled_mv`,
    target: 'metric_windows_5m',
    select: `SELECT tenant, source, time, version, sum(points) AS points
FROM ${options.database}.${rollup}
GROUP BY tenant, source, time, version`,
  };
}

export const WINDOW = "toStartOfFiveMinutes(toDateTime(timestamp, 'UTC'))";

/** Points that say something; the same for counting and for rolling up. */
function isRolledUp(table: RolledUpTable): string {
  const recorded = 'bitAnd(flags, 1) = 0';
  if (table !== 'metric_samples') return recorded;
  return `value_type != 0 AND isFinite(value) AND ${recorded}`;
}

/** Key of a row of a roll-up, and which turn of which job wrote it. */
export const ROLLUP_COLUMNS: TableDefinition['columns'] = [
  TENANT,
  column('metric', 'LowCardinality(String)'),
  column('series', 'UInt64'),
  column('time', SECONDS, 'DoubleDelta, ZSTD(1)'),
  column('source', SOURCE),
  column('version', 'UInt64'),
  column('temporality', 'UInt8'),
  column('is_monotonic', 'UInt8'),
  column('points', 'UInt64', 'T64, ZSTD(1)'),
  column('first_time', NANOSECONDS),
  column('first_start', NANOSECONDS),
  column('last_time', NANOSECONDS),
];

/**
 * A table that a job writes whole windows into; of a window that was rolled up again the newest rows
 * count: read it with FINAL. Rows leave by the week: a partition a day would be 400 to open.
 */
export function metricRollupTable(
  table: { readonly name: string; readonly columns: TableDefinition['columns'] },
  options: SchemaOptions,
): TableDefinition {
  return {
    name: table.name,
    columns: [...ROLLUP_COLUMNS, ...table.columns],
    indexes: [],
    engine: 'ReplacingMergeTree(version)',
    partitionBy: 'toMonday(time)',
    orderBy: '(tenant, metric, series, time)',
    ttl: `time + toIntervalDay(${options.metricRollupRetentionDays})`,
    settings: TABLE_SETTINGS,
  };
}

/** One core, and what is sorted beyond a quarter of a gigabyte goes to disk. */
export const JOB_SETTINGS = `SETTINGS max_threads = 1, max_bytes_before_external_sort = 268435456,
  max_bytes_before_external_group_by = 268435456`;

/** The rows of `table` whose windows are due: what stands behind FROM and WHERE in a job. */
export function dueRows(table: RolledUpTable, { database }: SchemaOptions): string {
  const windows = `${database}.metric_windows_5m`;
  const due = `SELECT tenant, time FROM (
      SELECT tenant, time, there, sum(there) OVER (ORDER BY time DESC, tenant) AS so_far
      FROM (
        SELECT tenant, time, sumIf(n, version = 0) AS there, maxIf(n, version > 0) AS rolled_up
        FROM (
          SELECT tenant, time, version, sum(points) AS n
          FROM ${windows}
          WHERE source = '${table}' AND time >= now() - toIntervalDay(${LATE_DAYS_MAX})
            AND time < now() - ${METRIC_ROLLUP_SECONDS + GRACE_SECONDS}
          GROUP BY tenant, time, version
        )
        GROUP BY tenant, time
        HAVING there > rolled_up
      )
    ) WHERE so_far - there < ${TURN_POINTS_MAX}`;
  return `FROM ${database}.${table}
    WHERE (tenant, ${WINDOW}) IN (${due})
      AND timestamp >= (SELECT min(time) FROM (${due}))
      AND timestamp < (SELECT max(time) + ${METRIC_ROLLUP_SECONDS} FROM (${due}))
      AND ${isRolledUp(table)}`;
}
