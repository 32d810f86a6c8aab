import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { atHour, atMs } from '../instant-sql.ts';
import { ANSWER_LIMITS } from '../limits.ts';
import { isNamed } from '../named-sql.ts';
import { OWN_NAMESPACE } from '../own.ts';
import type { StoreQuery } from '../store-reader.ts';
import type { TimeWindow } from '../time-windows.ts';
import type { Condition } from '../traces/where/parse-where.ts';
import { whereSeries } from './label-sql.ts';

/** Services of one metric that the catalogue names. */
const SERVICES_MAX = 100;

export interface MetricRow {
  readonly metric: string;
  /** Field numbers of OTLP's `Metric.data`. */
  readonly kind: number;
  readonly unit: string;
  readonly temporality: number;
  readonly is_monotonic: number;
  readonly description_text: string;
  readonly services: readonly string[];
  readonly series_count: number;
  readonly label_keys: readonly string[];
  /** 1 when all series are of Sonde's own namespace. */
  readonly own_only: number;
  readonly scopes: readonly string[];
  /** Start of the last hour in which there were points, unix seconds. */
  readonly last_hour: number;
}

const MetricRowSchema: z.ZodType<MetricRow> = z.object({
  metric: z.string(),
  kind: z.number(),
  unit: z.string(),
  temporality: z.number(),
  is_monotonic: z.number(),
  description_text: z.string(),
  services: z.array(z.string()),
  series_count: uint64Number,
  label_keys: z.array(z.string()),
  own_only: z.number(),
  scopes: z.array(z.string()),
  last_hour: z.number(),
});

const OWN_ONLY = sql`min(namespace = ${param.string(OWN_NAMESPACE)})`;

/** Instrumentation scopes of one metric that the catalogue names. */
const SCOPES_MAX = 10;
const SCOPES = sql`arraySort(groupUniqArray(${param.uint64(SCOPES_MAX)})(toString(scope_name)))`;

export interface CatalogueScope {
  readonly tenant: string;
  readonly range: TimeWindow;
  /** Part of the name or the description, ASCII letters in either case. */
  readonly search?: string | undefined;
  /** Only what this service measures. */
  readonly service?: string | undefined;
}

/** What is measured in the range: a row a metric, kind, unit, temporality and monotonicity. */
export function catalogueQuery(scope: CatalogueScope): StoreQuery<MetricRow> {
  return {
    summary: 'SELECT metric_series catalogue',
    row: MetricRowSchema,
    sql: sql`
      SELECT metric, kind, unit, temporality, is_monotonic,
        any(description) AS description_text,
        arraySort(groupUniqArray(${param.uint64(SERVICES_MAX)})(toString(service))) AS services,
        uniq(series) AS series_count,
        emptyArrayString() AS label_keys,
        ${OWN_ONLY} AS own_only, ${SCOPES} AS scopes, toUnixTimestamp(max(bucket)) AS last_hour
      FROM metric_series
      WHERE ${inRange(scope.tenant, scope.range)} AND kind != 0 AND ${isFound(scope.search)}
        AND ${isOfService(scope.service)}
      GROUP BY metric, kind, unit, temporality, is_monotonic
      ORDER BY metric, series_count DESC
      LIMIT ${param.uint64(ANSWER_LIMITS.metricsMax)}`,
  };
}

function isFound(search: string | undefined): Sql {
  if (search === undefined) return sql`1`;
  return sql`(positionCaseInsensitive(metric, ${param.string(search)}) > 0
    OR positionCaseInsensitive(description, ${param.string(search)}) > 0)`;
}

function isOfService(service: string | undefined): Sql {
  return service === undefined ? sql`1` : isNamed(sql`service`, service);
}

export interface MetricScope {
  readonly tenant: string;
  readonly name: string;
  readonly range: TimeWindow;
  readonly service?: string | undefined;
  /** On labels. */
  readonly conditions?: readonly Condition[] | undefined;
}

/** The kinds of one metric, that with most series first, with the labels its series have. */
export function metricQuery(scope: MetricScope): StoreQuery<MetricRow> {
  return {
    summary: 'SELECT metric_series of a metric',
    row: MetricRowSchema,
    sql: sql`
      SELECT metric, kind, unit, temporality, is_monotonic,
        any(description) AS description_text,
        arraySort(groupUniqArray(${param.uint64(SERVICES_MAX)})(toString(service))) AS services,
        uniq(series) AS series_count,
        arraySort(groupUniqArrayArray(${param.uint64(ANSWER_LIMITS.labelKeysMax)})(
          arrayMap(k -> toString(k), mapKeys(attributes)))) AS label_keys,
        ${OWN_ONLY} AS own_only, ${SCOPES} AS scopes, toUnixTimestamp(max(bucket)) AS last_hour
      FROM metric_series
      WHERE ${ofMetric({ ...scope, conditions: [] })} AND kind != 0
      GROUP BY metric, kind, unit, temporality, is_monotonic
      ORDER BY series_count DESC`,
  };
}

/** Rows of `metric_series` of one metric in the hours of the range. */
export function ofMetric(scope: MetricScope): Sql {
  return sql`${inRange(scope.tenant, scope.range)} AND metric = ${param.string(scope.name)}
    AND ${isOfService(scope.service)} AND ${whereSeries(scope.conditions ?? [], scope)}`;
}

export function inRange(tenant: string, range: TimeWindow): Sql {
  return sql`tenant = ${param.string(tenant)}
    AND bucket >= ${atHour(range.from)} AND bucket < ${atMs(range.to)}`;
}

/** Newer points than these are looked at one by one. */
const RECENT_MS = 600_000;

export interface LastPointRow {
  readonly metric: string;
  readonly last_ms: number;
}

const LastPointRowSchema: z.ZodType<LastPointRow> = z.object({
  metric: z.string(),
  last_ms: uint64Number,
});

/** When a point of each metric came last, of the metrics that had any in the last ten minutes. */
export function lastPointsQuery(scope: CatalogueScope): StoreQuery<LastPointRow> {
  const { tenant, range, service } = scope;
  const from = Math.max(range.from, range.to - RECENT_MS);
  const ofService =
    service === undefined
      ? sql`1`
      : sql`series IN (SELECT series FROM metric_series
          WHERE ${inRange(tenant, { ...range, from })} AND ${isOfService(service)})`;
  const within = sql`tenant = ${param.string(tenant)} AND timestamp >= ${atMs(from)}
    AND timestamp < ${atMs(range.to)} AND ${ofService}`;
  const last = sql`metric, max(timestamp) AS last`;
  return {
    summary: 'SELECT metric points last',
    row: LastPointRowSchema,
    sql: sql`
      SELECT toString(metric) AS metric, toUnixTimestamp64Milli(max(last)) AS last_ms
      FROM (
        SELECT ${last} FROM metric_samples WHERE ${within} GROUP BY metric
        UNION ALL
        SELECT ${last} FROM metric_histograms WHERE ${within} GROUP BY metric
        UNION ALL
        SELECT ${last} FROM metric_exponential_histograms WHERE ${within} GROUP BY metric
        UNION ALL
        SELECT ${last} FROM metric_summaries WHERE ${within} GROUP BY metric
      )
      GROUP BY metric
      LIMIT ${param.uint64(ANSWER_LIMITS.metricsMax)}`,
  };
}

interface ResourceKeysRow {
  readonly keys: readonly string[];
}

const ResourceKeysRowSchema: z.ZodType<ResourceKeysRow> = z.object({ keys: z.array(z.string()) });

/** Keys of the resources that a metric's series are of. */
export function resourceKeysQuery(scope: MetricScope): StoreQuery<ResourceKeysRow> {
  return {
    summary: 'SELECT resource keys of a metric',
    row: ResourceKeysRowSchema,
    sql: sql`
      SELECT arraySort(groupUniqArrayArray(${param.uint64(ANSWER_LIMITS.labelKeysMax)})(
        arrayMap(k -> toString(k), mapKeys(attributes)))) AS keys
      FROM resources
      WHERE tenant = ${param.string(scope.tenant)} AND bucket >= ${atHour(scope.range.from)}
        AND bucket < ${atMs(scope.range.to)} AND fingerprint IN (
          SELECT resource_fingerprint FROM metric_series
          WHERE ${ofMetric({ ...scope, conditions: [] })})`,
  };
}
