import {
  counterIncrease,
  histogramIncrease,
  MetricRange,
  param,
  type Sql,
  sql,
} from '@sonde/store';
import type { MetricAggregation, MetricInfo } from '../api/contract/index.ts';
import type { TimeSteps } from '../time-steps.ts';
import { metricShape } from './metric-shape.ts';

const ROLLUP_MS = 300_000;
/** Roll-ups are there two minutes after their five are over; a loaded store takes longer. */
const LAG_MS = 600_000;
/** Shorter ranges are read point by point: that is quick, and as fresh as can be. */
const RANGE_MS_MIN = 6 * 3_600_000;

/** The part of a range that roll-ups answer; the rest up to its end is read point by point. */
export interface RollupPart {
  readonly steps: TimeSteps;
  /** First moment that they do not have, the start of a step. */
  readonly cutMs: number;
}

/** Undefined where points answer all: short ranges, narrow steps, what roll-ups do not hold. */
export function rollupPart(
  info: MetricInfo,
  steps: TimeSteps,
  wish: { readonly aggregation: MetricAggregation | 'buckets'; readonly nowMs: number },
): RollupPart | undefined {
  if (steps.toMs - steps.fromMs < RANGE_MS_MIN || steps.stepMs % ROLLUP_MS !== 0) return undefined;
  if (info.type === 'summary') return undefined;
  const isExtreme = wish.aggregation === 'min' || wish.aggregation === 'max';
  if (isExtreme && metricShape(info) === 'distribution') return undefined;
  const fresh = wish.nowMs - LAG_MS;
  const whole = Math.floor((fresh - steps.fromMs) / steps.stepMs) * steps.stepMs;
  const cutMs = Math.min(steps.fromMs + whole, steps.fromMs + steps.count * steps.stepMs);
  return cutMs > steps.fromMs ? { steps, cutMs } : undefined;
}

function rangeOf(part: RollupPart, metric: { tenant: string; name: string }): MetricRange {
  return new MetricRange({
    tenant: metric.tenant,
    metric: metric.name,
    fromUnixSeconds: part.steps.fromMs / 1000,
    toUnixSeconds: part.cutMs / 1000,
    stepSeconds: part.steps.stepMs / 1000,
  });
}

/** The columns of `seriesSteps`, from roll-ups. */
export function rolledUpSteps(
  part: RollupPart,
  metric: { readonly tenant: string; readonly info: MetricInfo },
): Sql {
  const range = rangeOf(part, { tenant: metric.tenant, name: metric.info.name });
  const step = stepIndex(part.steps);
  switch (metricShape(metric.info)) {
    case 'level':
      return sql`
        SELECT series, ${step} AS step,
          sum(value_sum) AS total, sum(value_sum) / sum(point_count) AS mean, min(value_min) AS low,
          max(value_max) AS high, sum(point_count) AS points
        FROM (
          SELECT series, ${range.step()} AS step_start, value_sum, value_min, value_max,
            points AS point_count
          FROM metric_samples_5m FINAL
          WHERE ${range.rows()} AND ${range.isInside()}
        )
        GROUP BY series, step_start`;
    case 'counter':
      return sql`
        SELECT toUInt64(series_id) AS series, ${step} AS step,
          increase, toFloat64(0) AS sum_increase
        FROM (SELECT series_id, step AS step_start, increase FROM (${counterIncrease(range)}))`;
    case 'distribution':
      return sql`
        SELECT toUInt64(series_id) AS series, ${step} AS step, added_count AS increase,
          added_sum AS sum_increase,
          CAST(NULL, 'Nullable(Float64)') AS low, CAST(NULL, 'Nullable(Float64)') AS high
        FROM (SELECT series_id, step AS step_start, added_count, added_sum
          FROM (${histogramIncrease(range)}))`;
  }
}

/** The columns of `bucketSteps`, from roll-ups. */
export function rolledUpBuckets(
  part: RollupPart,
  metric: { readonly tenant: string; readonly info: MetricInfo },
): Sql {
  const range = rangeOf(part, { tenant: metric.tenant, name: metric.info.name });
  return sql`
    SELECT toUInt64(series_id) AS series, ${stepIndex(part.steps)} AS step,
      arrayConcat(bounds, [inf]) AS bounds,
      arrayConcat(counts, [toInt64(added_count) - arraySum(counts)]) AS counts
    FROM (SELECT series_id, step AS step_start, added_count, bounds, counts
      FROM (${histogramIncrease(range)}))`;
}

function stepIndex({ fromMs, stepMs }: TimeSteps): Sql {
  return sql`toUInt32(intDiv(toInt64(step_start) - ${param.int64(fromMs / 1000)},
    ${param.int64(stepMs / 1000)}))`;
}
