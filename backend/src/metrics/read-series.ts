import type { MetricAggregation, MetricQueryResponse } from '../api/contract/index.ts';
import type { CostMeter } from '../store-cost.ts';
import type { StoreReader } from '../store-reader.ts';
import { spread, stepsOf, type TimeSteps, timeSteps } from '../time-steps.ts';
import { type MetricScope, metricQuery } from './catalogue-queries.ts';
import { metricInfo } from './metric-info.ts';
import { defaultAggregation, metricShape } from './metric-shape.ts';
import { IDENTITY_LABEL_KEYS, intervalQuery, seriesQuery } from './series-queries.ts';

const STEPS_WANTED = 240;
const STEP_MS_MIN = 1000;
/** Points that come a little later than their interval still fall into steps of that width. */
const JITTER = 0.95;
/** How far before the range a counter's last value is looked for, at the least. */
const LOOKBACK_MS_MIN = 120_000;

export interface SeriesRequest {
  readonly metric: MetricScope;
  readonly aggregation: MetricAggregation | undefined;
  readonly groupBy: string | undefined;
  readonly stepMs: number | undefined;
}

interface ReadRequest {
  readonly meter: CostMeter;
  readonly signal: AbortSignal;
}

/** What a metric is, before its values are read. */
export interface MetricFound {
  readonly info: MetricQueryResponse['metric'];
  readonly labelKeys: readonly string[];
}

/** Of several metrics of one name that with most series; undefined when there is none. */
export async function findMetric(
  store: StoreReader,
  scope: MetricScope,
  request: ReadRequest,
): Promise<MetricFound | undefined> {
  const answer = await store.read(metricQuery(scope), request.signal);
  const [row] = request.meter.rows(answer);
  if (row === undefined) return undefined;
  return { info: metricInfo(row), labelKeys: [...row.label_keys, ...IDENTITY_LABEL_KEYS] };
}

/** The values of a metric over time. */
export async function readSeries(
  store: StoreReader,
  wish: SeriesRequest & { readonly found: MetricFound },
  request: ReadRequest,
): Promise<Omit<MetricQueryResponse, 'cost'>> {
  const { metric, found, groupBy } = wish;
  const { info, labelKeys } = found;
  const spacing = await store.read(intervalQuery(metric, info.type), request.signal);
  const intervalMs = request.meter.rows(spacing)[0]?.interval_ms ?? STEP_MS_MIN;
  const steps = stepsFor(metric.range, { intervalMs, stepMs: wish.stepMs });
  const lookbackMs = Math.max(LOOKBACK_MS_MIN, 2 * intervalMs, steps.stepMs);
  const points = { tenant: metric.tenant, info, steps, lookbackMs: Math.ceil(lookbackMs) };
  const aggregation = wish.aggregation ?? defaultAggregation(metricShape(info));
  const query = seriesQuery({ metric, points, aggregation, groupBy });
  const rows = request.meter.rows(await store.read(query, request.signal));
  return {
    metric: info,
    aggregation,
    fromMs: steps.fromMs,
    toMs: steps.toMs,
    stepMs: steps.stepMs,
    series: rows.map((row) => ({
      labels: groupBy === undefined ? {} : { [groupBy]: row.label },
      values: spread<number | null>(
        steps,
        { indexes: row.step_indexes, values: row.results },
        null,
      ),
    })),
    seriesTotal: rows[0]?.series_total ?? 0,
    labelKeys,
  };
}

function stepsFor(
  range: MetricScope['range'],
  wish: { intervalMs: number; stepMs: number | undefined },
): TimeSteps {
  if (wish.stepMs !== undefined) return stepsOf(range, wish.stepMs);
  const stepMsMin = Math.max(STEP_MS_MIN, wish.intervalMs * JITTER);
  return timeSteps(range, { stepsWanted: STEPS_WANTED, stepMsMin });
}
