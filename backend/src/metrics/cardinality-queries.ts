import { param, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { atHour, atMs } from '../instant-sql.ts';
import type { StoreQuery } from '../store-reader.ts';
import { type CatalogueScope, inRange, type MetricScope, ofMetric } from './catalogue-queries.ts';
import { labelText } from './label-sql.ts';

const METRICS_MAX = 20;
const LABELS_MAX = 3;
const HOUR_MS = 3_600_000;

export interface CardinalityRow {
  readonly name: string;
  readonly service_name: string;
  readonly series_count: number;
  /** Label keys and how many values each has. */
  readonly labels: readonly (readonly [key: string, values: number])[];
}

const CardinalityRowSchema: z.ZodType<CardinalityRow> = z.object({
  name: z.string(),
  service_name: z.string(),
  series_count: uint64Number,
  labels: z.array(z.tuple([z.string(), uint64Number])),
});

/** Metrics of a service with most series, and the labels that make them. */
export function cardinalityQuery({ tenant, range }: CatalogueScope): StoreQuery<CardinalityRow> {
  return {
    summary: 'SELECT metric_series cardinality',
    row: CardinalityRowSchema,
    sql: sql`
      SELECT name, service_name, any(of_metric) AS series_count,
        arraySlice(arrayReverseSort(l -> l.2, groupArrayIf(tuple(key, key_values), key != '')), 1,
          ${param.uint64(LABELS_MAX)}) AS labels
      FROM (
        SELECT toString(metric) AS name, toString(service) AS service_name, key,
          uniq(value) AS key_values, any(series_count) AS of_metric
        FROM metric_series
        LEFT ARRAY JOIN arrayMap(k -> toString(k), mapKeys(attributes)) AS key,
          mapValues(attributes) AS value
        INNER JOIN (
          SELECT metric, service, uniq(series) AS series_count
          FROM metric_series WHERE ${inRange(tenant, range)}
          GROUP BY metric, service
          ORDER BY series_count DESC LIMIT ${param.uint64(METRICS_MAX)}
        ) AS most USING (metric, service)
        WHERE ${inRange(tenant, range)}
        GROUP BY name, service_name, key
      )
      GROUP BY name, service_name
      ORDER BY series_count DESC, name`,
  };
}

export interface SeriesTotalRow {
  readonly series_total: number;
  readonly series_new: number;
}

const SeriesTotalRowSchema: z.ZodType<SeriesTotalRow> = z.object({
  series_total: uint64Number,
  series_new: uint64Number,
});

/** Series of the range, and those that it did not have before its last hour. */
export function seriesTotalQuery({ tenant, range }: CatalogueScope): StoreQuery<SeriesTotalRow> {
  return {
    summary: 'SELECT metric_series total',
    row: SeriesTotalRowSchema,
    sql: sql`
      SELECT count() AS series_total, countIf(first_hour >= ${atHour(range.to - HOUR_MS)}) AS series_new
      FROM (
        SELECT series, min(bucket) AS first_hour FROM metric_series
        WHERE ${inRange(tenant, range)} AND bucket < ${atMs(range.to)}
        GROUP BY series
      )`,
  };
}

interface LabelValueRow {
  readonly value: string;
  readonly series_count: number;
}

const LabelValueRowSchema: z.ZodType<LabelValueRow> = z.object({
  value: z.string(),
  series_count: uint64Number,
});

/** The values of a label of a metric, by number of series. */
export function labelValuesQuery(
  metric: MetricScope,
  wish: { readonly key: string; readonly search: string; readonly limit: number },
): StoreQuery<LabelValueRow> {
  return {
    summary: 'SELECT metric_series values of a label',
    row: LabelValueRowSchema,
    sql: sql`
      SELECT ${labelText(wish.key, metric)} AS value, uniq(series) AS series_count
      FROM metric_series
      WHERE ${ofMetric(metric)}
      GROUP BY value
      HAVING value != '' AND positionCaseInsensitiveUTF8(value, ${param.string(wish.search)}) > 0
      ORDER BY series_count DESC, value
      LIMIT ${param.uint64(wish.limit)}`,
  };
}
