import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { addedUp, addedUpFilled, type SumMap, SumMapColumn } from '../../model/services/queries.ts';
import type { StoreQuery } from '../../store-reader.ts';
import type { TimeSteps } from '../../time-steps.ts';
import { statusWish } from '../where/where-sql.ts';
import { rollUpIn, type SpanScope, spansIn } from './span-scope.ts';

/** Spans of one step by duration bucket; bucket b covers `[2^(b/4), 2^((b+1)/4))` ns. */
export interface HeatmapRow {
  readonly step: number;
  /** Weighted. */
  readonly requests: number;
  readonly request_errors: number;
  /** Stored spans that were counted; 0 where the roll-up does not know. */
  readonly stored: number;
  /** Over 1 where spans stand for others. */
  readonly weight_max: number;
  readonly histogram: SumMap;
  readonly duration_max: number;
  readonly errors_histogram: SumMap;
}

const HeatmapRowSchema: z.ZodType<HeatmapRow> = z.object({
  step: z.number(),
  requests: z.number(),
  request_errors: z.number(),
  stored: uint64Number,
  weight_max: z.number(),
  histogram: SumMapColumn,
  duration_max: z.number(),
  errors_histogram: SumMapColumn,
});

export function rollUpHeatmapQuery(scope: SpanScope, steps: TimeSteps): StoreQuery<HeatmapRow> {
  const errorsOnly = statusWish(scope.conditions);
  const wanted = addedUp(sql`duration_histogram`);
  const failed = addedUpFilled(sql`error_histogram`);
  const shown: Readonly<Record<string, { count: Sql; histogram: Sql; errors: Sql; failed: Sql }>> =
    {
      any: { count: sql`sum(spans)`, histogram: wanted, errors: sql`sum(errors)`, failed },
      error: { count: sql`sum(errors)`, histogram: failed, errors: sql`sum(errors)`, failed },
      'not error': {
        count: sql`sum(spans) - sum(errors)`,
        // A roll-up leaves out buckets without an error: the two arrays are not parallel.
        histogram: sql`sumMap(arrayConcat(duration_histogram.1, error_histogram.1),
        arrayConcat(duration_histogram.2, arrayMap(bad -> -bad, error_histogram.2)))`,
        errors: sql`toFloat64(0)`,
        failed: NOTHING,
      },
    };
  const { count, histogram, errors, failed: bad } = shown[errorsOnly ?? 'none'] ?? NONE;
  const window = { from: steps.fromMs, to: steps.toMs };
  return {
    summary: 'SELECT red_1m heatmap',
    row: HeatmapRowSchema,
    sql: sql`
      SELECT ${stepIndex(sql`toUnixTimestamp(time) * 1000`, steps)} AS step,
        ${count} AS requests,
        ${errors} AS request_errors,
        toUInt64(0) AS stored,
        max(red_1m.weight_max) AS weight_max,
        toFloat64(max(duration_ns_max)) AS duration_max,
        ${histogram} AS histogram,
        ${bad} AS errors_histogram
      FROM red_1m
      WHERE ${rollUpIn(scope, window)}
      GROUP BY step
      ORDER BY step`,
  };
}

const NOTHING = sql`(emptyArrayUInt16(), emptyArrayFloat64())`;
const NONE = {
  count: sql`toFloat64(0)`,
  histogram: NOTHING,
  errors: sql`toFloat64(0)`,
  failed: NOTHING,
};

const BUCKET = sql`toUInt16(floor(log2(greatest(duration_ns, 1)) * 4))`;

export function rawHeatmapQuery(scope: SpanScope, steps: TimeSteps): StoreQuery<HeatmapRow> {
  const window = { from: Math.max(steps.fromMs, scope.range.from), to: steps.toMs };
  return {
    summary: 'SELECT spans heatmap',
    row: HeatmapRowSchema,
    sql: sql`
      SELECT step,
        sum(weighted) AS requests,
        sum(failed) AS request_errors,
        sum(rows) AS stored,
        max(heaviest) AS weight_max,
        toFloat64(max(longest)) AS duration_max,
        sumMap([bucket], [weighted]) AS histogram,
        sumMap([bucket], [failed]) AS errors_histogram
      FROM (
        SELECT ${stepIndex(sql`toUnixTimestamp64Milli(timestamp)`, steps)} AS step,
          ${BUCKET} AS bucket,
          sum(weight) AS weighted,
          sumIf(weight, status_code = 2) AS failed,
          count() AS rows,
          max(weight) AS heaviest,
          max(duration_ns) AS longest
        FROM spans
        WHERE ${spansIn(scope, window)}
        GROUP BY step, bucket
      )
      GROUP BY step
      ORDER BY step`,
  };
}

function stepIndex(ms: Sql, { fromMs, stepMs }: TimeSteps): Sql {
  return sql`toUInt32(intDiv(toInt64(${ms}) - ${param.int64(fromMs)}, ${param.int64(stepMs)}))`;
}

export interface SpanCountRow {
  readonly spans: number;
}

const SpanCountRowSchema: z.ZodType<SpanCountRow> = z.object({ spans: z.number() });

/** How many spans the raw path would look at, from the roll-up. */
export function spanCountQuery(scope: SpanScope): StoreQuery<SpanCountRow> {
  return {
    summary: 'SELECT red_1m span count',
    row: SpanCountRowSchema,
    sql: sql`SELECT sum(spans) AS spans FROM red_1m WHERE ${rollUpIn(scope, scope.range)}`,
  };
}
