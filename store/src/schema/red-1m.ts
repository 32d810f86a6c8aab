import { column, LOW_CARDINALITY, ORIGIN, SECONDS, TENANT } from './columns.ts';
import {
  PROJECTIONS_IN_MERGES,
  type ProjectionDefinition,
  type SchemaOptions,
  TABLE_SETTINGS,
  type TableDefinition,
  type ViewDefinition,
} from './table.ts';

const SUM = 'SimpleAggregateFunction(sum, Float64)';
const HISTOGRAM = 'SimpleAggregateFunction(sumMap, Tuple(Array(UInt16), Array(Float64)))';

/**
 * Rows that are read of a service in each hour of each part: an eighth of the default, a day of one of
 * fifty services is read in half the CPU. A store that an earlier release made keeps its own.
 */
const INDEX_GRANULARITY = 1024;

/**
 * Services added up: by the hour with their durations, by five minutes their counts alone. A day of 50
 * services with 300 operations is 4,000 and 42,000 rows where it is 600,000. Histograms as Maps:
 * they are summed up at a third of the CPU.
 */
const SERVICES: readonly ProjectionDefinition[] = [
  added('services_1h', {
    of: 'toStartOfHour(time)',
    sums: `sum(spans), sum(errors), max(duration_ns_max), max(weight_max),
      sumMap(CAST(duration_histogram, 'Map(UInt16, Float64)'))`,
  }),
  added('services_5m', { of: 'toStartOfFiveMinutes(time)', sums: 'sum(spans), sum(errors)' }),
];

function added(name: string, { of, sums }: { of: string; sums: string }): ProjectionDefinition {
  const keys = `tenant, ${of}, service, namespace, environment, origin, kind, root`;
  return { name, select: `SELECT ${keys}, ${sums} GROUP BY ${keys}` };
}

/**
 * Rate, errors and duration a minute, filled by `red_1m_mv`: service list, heatmaps, quantiles,
 * burn rates. Counts are sums of sampling weights. `root` is 1 for spans without a parent.
 * Histograms: bucket b counts durations in `[2^(b/4), 2^((b+1)/4))` ns, 19 % wide; read them with
 * `sumMap(duration_histogram.1, duration_histogram.2)`. `weight_max` over 1: some of the spans stand for
 * others that were sampled away; 0 in rows of before version 13. Negative durations count as 0 in sums and
 * fall into bucket 0. Rows of one key add up: always `sum()` again. The key opens with the hour, so
 * an overview of the last hour reads that hour alone.
 */
export function red1mTable(options: SchemaOptions): TableDefinition {
  return {
    name: 'red_1m',
    columns: [
      TENANT,
      column('time', SECONDS, 'DoubleDelta, ZSTD(1)'),
      column('service', LOW_CARDINALITY),
      column('namespace', LOW_CARDINALITY),
      column('environment', LOW_CARDINALITY),
      column('cluster', LOW_CARDINALITY),
      column('origin', ORIGIN),
      column('kind', 'UInt8'),
      column('name', LOW_CARDINALITY),
      column('root', 'UInt8'),
      column('peer_service', LOW_CARDINALITY),
      column('spans', SUM),
      column('errors', SUM),
      column('duration_ns_sum', SUM),
      column('duration_ns_max', 'SimpleAggregateFunction(max, Int64)'),
      column('duration_histogram', HISTOGRAM),
      column('error_histogram', HISTOGRAM),
      column('weight_max', 'SimpleAggregateFunction(max, Float64)'),
    ],
    indexes: [],
    projections: SERVICES,
    engine: 'AggregatingMergeTree',
    partitionBy: 'toDate(time)',
    orderBy:
      '(tenant, toStartOfHour(time), service, kind, name, time, ' +
      'namespace, environment, cluster, origin, root, peer_service)',
    ttl: `time + toIntervalDay(${options.rollupRetentionDays})`,
    settings: {
      ...TABLE_SETTINGS,
      index_granularity: INDEX_GRANULARITY,
      [PROJECTIONS_IN_MERGES]: "'rebuild'",
    },
  };
}

export function red1mView(options: SchemaOptions): ViewDefinition {
  const bucket = 'toUInt16(floor(log2(greatest(duration_ns, 1)) * 4))';
  return {
    name: 'red_1m_mv',
    target: 'red_1m',
    select: `SELECT
  tenant,
  toStartOfMinute(toDateTime(timestamp, 'UTC')) AS time,
  service,
  namespace,
  environment,
  cluster,
  origin,
  kind,
  name,
  toUInt8(parent_span_id = toFixedString('', 8)) AS root,
  peer_service,
  sum(weight) AS spans,
  sumIf(weight, status_code = 2) AS errors,
  sum(greatest(duration_ns, 0) * weight) AS duration_ns_sum,
  max(greatest(duration_ns, 0)) AS duration_ns_max,
  sumMap([${bucket}], [weight]) AS duration_histogram,
  sumMap([${bucket}], [if(status_code = 2, weight, 0.)]) AS error_histogram,
  max(weight) AS weight_max
FROM ${options.database}.spans
GROUP BY tenant, time, service, namespace, environment, cluster, origin, kind, name, root,
  peer_service`,
  };
}
