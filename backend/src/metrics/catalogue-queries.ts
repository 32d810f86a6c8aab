import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { atHour, atMs } from '../instant-sql.ts';
import { ANSWER_LIMITS } from '../limits.ts';
import { OWN_NAMESPACE } from '../own.ts';
import type { StoreQuery } from '../store-reader.ts';
import type { TimeWindow } from '../time-windows.ts';

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
});

const OWN_ONLY = sql`min(namespace = ${param.string(OWN_NAMESPACE)})`;

export interface CatalogueScope {
  readonly tenant: string;
  readonly range: TimeWindow;
  /** Part of the name or the description, ASCII letters in either case. */
  readonly search?: string | undefined;
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
        ${OWN_ONLY} AS own_only
      FROM metric_series
      WHERE ${inRange(scope.tenant, scope.range)} AND kind != 0 AND ${isFound(scope.search)}
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

export interface MetricScope {
  readonly tenant: string;
  readonly name: string;
  readonly range: TimeWindow;
  readonly service?: string | undefined;
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
        ${OWN_ONLY} AS own_only
      FROM metric_series
      WHERE ${ofMetric(scope)} AND kind != 0
      GROUP BY metric, kind, unit, temporality, is_monotonic
      ORDER BY series_count DESC`,
  };
}

/** Rows of `metric_series` of one metric in the hours of the range. */
export function ofMetric(scope: MetricScope): Sql {
  const service =
    scope.service === undefined ? sql`1` : sql`service = ${param.string(scope.service)}`;
  return sql`${inRange(scope.tenant, scope.range)} AND metric = ${param.string(scope.name)} AND ${service}`;
}

function inRange(tenant: string, range: TimeWindow): Sql {
  return sql`tenant = ${param.string(tenant)}
    AND bucket >= ${atHour(range.from)} AND bucket < ${atMs(range.to)}`;
}
