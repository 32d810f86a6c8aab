import type { SpanHeatmapResponse } from '../../api/contract/index.ts';
import { mergeHistograms, quantileNs } from '../../model/services/duration-histogram.ts';
import { latencyHeatmap } from '../../model/services/summaries.ts';
import type { StoreReader } from '../../store-reader.ts';
import { spread, type TimeSteps, timeSteps } from '../../time-steps.ts';
import { fitsRollUp, statusWish } from '../where/where-sql.ts';
import {
  type HeatmapRow,
  rawHeatmapQuery,
  rollUpHeatmapQuery,
  spanCountQuery,
} from './heatmap-queries.ts';
import { type Asking, resolveScope, type SpanScope, type SpanWish } from './span-scope.ts';

const STEPS_WANTED = 120;
const MINUTE_MS = 60_000;
/** Minutes are too coarse for a shorter range: spans are read where they are few. */
const RAW_RANGE_MS_MAX = 20 * MINUTE_MS;
const RAW_SPANS_MAX = 3_000_000;
const RAW_STEP_MS_MIN = 1000;

/** Latency over time of the spans that are wished for: from roll-ups where these tell them apart. */
export async function readHeatmap(
  store: StoreReader,
  wish: SpanWish,
  asking: Asking,
): Promise<SpanHeatmapResponse> {
  const scope = await resolveScope(store, wish, asking);
  const path = await pathOf(store, scope, asking);
  const stepMsMin = path === 'rollup' ? MINUTE_MS : RAW_STEP_MS_MIN;
  const steps = timeSteps(wish.range, { stepsWanted: STEPS_WANTED, stepMsMin });
  const query = path === 'rollup' ? rollUpHeatmapQuery : rawHeatmapQuery;
  const rows = asking.meter.rows(await store.read(query(scope, steps), asking.signal));
  return { ...heatmapOf(rows, steps), path, cost: asking.meter.cost };
}

async function pathOf(
  store: StoreReader,
  scope: SpanScope,
  { meter, signal }: Asking,
): Promise<'rollup' | 'raw'> {
  const { conditions, ancestor, range } = scope;
  if (ancestor !== undefined || !fitsRollUp(conditions) || statusWish(conditions) === undefined)
    return 'raw';
  if (range.to - range.from > RAW_RANGE_MS_MAX) return 'rollup';
  const [row] = meter.rows(await store.read(spanCountQuery(scope), signal));
  return (row?.spans ?? 0) <= RAW_SPANS_MAX ? 'raw' : 'rollup';
}

function heatmapOf(
  rows: readonly HeatmapRow[],
  steps: TimeSteps,
): Omit<SpanHeatmapResponse, 'path' | 'cost'> {
  const { fromMs, toMs, stepMs } = steps;
  const indexes = rows.map((row) => row.step);
  const requests = rows.map((row) => row.requests);
  const failed = rows.map((row) => row.request_errors);
  const histogram = mergeHistograms(
    rows.map(({ histogram: [buckets, counts], duration_max }) => ({
      ...{ buckets, counts },
      maxNs: duration_max,
    })),
  );
  const stored = sum(rows.map((row) => row.stored));
  return {
    ...{ fromMs, toMs, stepMs },
    heatmap: latencyHeatmap(
      rows.map((row) => ({ ...row, origin: 'sdk' })),
      steps,
    ),
    requestsByStep: spread(steps, { indexes, values: requests }, 0),
    errorsByStep: spread(steps, { indexes, values: failed }, 0),
    total: sum(requests),
    errors: sum(failed),
    durationP50Ns: quantileNs(histogram, 0.5),
    durationP95Ns: quantileNs(histogram, 0.95),
    durationP99Ns: quantileNs(histogram, 0.99),
    sampled: rows.some((row) => row.weight_max > 1),
    ...(stored > 0 ? { stored } : {}),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
