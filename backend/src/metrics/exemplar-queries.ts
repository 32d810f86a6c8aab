import { param, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { type AttributeArrays, AttributeArraysColumn } from '../attributes.ts';
import { atMs } from '../instant-sql.ts';
import type { StoreQuery } from '../store-reader.ts';
import { type MetricScope, ofMetric } from './catalogue-queries.ts';

/** Parts of the range that have exemplars of their own. */
const PARTS = 100;
const EXEMPLARS_PER_PART = 3;

export interface ExemplarRow {
  readonly time_ms: number;
  readonly value: number;
  readonly trace: string;
  readonly span: string;
  readonly service_name: string;
  readonly labels: AttributeArrays;
}

const ExemplarRowSchema: z.ZodType<ExemplarRow> = z.object({
  time_ms: uint64Number,
  value: z.number(),
  trace: z.string(),
  span: z.string(),
  service_name: z.string(),
  labels: AttributeArraysColumn,
});

/** Measurements with the trace they were made in: of each part of the range the highest. */
export function exemplarsQuery(metric: MetricScope): StoreQuery<ExemplarRow> {
  const { from, to } = metric.range;
  const partMs = Math.max(1, Math.ceil((to - from) / PARTS));
  return {
    summary: 'SELECT exemplars',
    row: ExemplarRowSchema,
    sql: sql`
      SELECT toUnixTimestamp64Milli(time) AS time_ms, value, trace, span, service_name, labels
      FROM (
        SELECT series, if(toUnixTimestamp64Nano(exemplar_timestamp) = 0, timestamp,
            exemplar_timestamp) AS time, value,
          lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span
        FROM exemplars
        WHERE tenant = ${param.string(metric.tenant)} AND metric = ${param.string(metric.name)}
          AND timestamp >= ${atMs(from)} AND timestamp < ${atMs(to)}
          AND notEmpty(trace_id) AND isFinite(value)
      ) AS found
      INNER JOIN (
        SELECT series, any(toString(service)) AS service_name,
          any((mapKeys(attributes), mapValues(attributes), attribute_types)) AS labels
        FROM metric_series WHERE ${ofMetric(metric)} GROUP BY series
      ) AS of ON found.series = of.series
      WHERE time >= ${atMs(from)} AND time < ${atMs(to)}
      ORDER BY intDiv(time_ms - ${param.int64(from)}, ${param.int64(partMs)}), value DESC
      LIMIT ${param.uint64(EXEMPLARS_PER_PART)} BY
        intDiv(time_ms - ${param.int64(from)}, ${param.int64(partMs)})`,
  };
}
