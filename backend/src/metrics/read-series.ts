import type {
  MetricAggregation,
  MetricHeatmapResponse,
  MetricQueryResponse,
} from '../api/contract/index.ts';
import type { StoreReader } from '../store-reader.ts';
import { spread, stepsOf, type TimeSteps, timeSteps } from '../time-steps.ts';
import { type MetricScope, metricQuery, resourceKeysQuery } from './catalogue-queries.ts';
import { IDENTITY_LABEL_KEYS, RESOURCE_PREFIX } from './label-sql.ts';
import { metricInfo } from './metric-info.ts';
import { defaultAggregation, metricShape, QUANTILES } from './metric-shape.ts';
import type { PointsScope } from './points-sql.ts';
import { readBuckets, readQuantiles } from './read-buckets.ts';
import type { ReadRequest } from './read-request.ts';
import { rollupPart } from './rollup-sql.ts';
import { intervalQuery, seriesQuery } from './series-queries.ts';

const STEPS_WANTED = 240;
const HEATMAP_STEPS_WANTED = 160;
const STEP_MS_MIN = 1000;
/** Points that come a little later than their interval still fall into steps of that width. */
const JITTER = 0.95;
/** How far before the range a counter's last value is looked for, at the least. */
const LOOKBACK_MS_MIN = 120_000;

export interface SeriesRequest {
  readonly metric: MetricScope;
  readonly aggregation: MetricAggregation | undefined;
  readonly groupBy: readonly string[];
  readonly stepMs: number | undefined;
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
  const [found, resourceKeys] = await Promise.all([
    store.read(metricQuery(scope), request.signal),
    store.read(resourceKeysQuery(scope), request.signal),
  ]);
  const [row] = request.meter.rows(found);
  const [ofResources] = request.meter.rows(resourceKeys);
  if (row === undefined) return undefined;
  const others = (ofResources?.keys ?? [])
    .filter((key) => !IDENTITY_LABEL_KEYS.includes(key))
    .map((key) => `${RESOURCE_PREFIX}${key}`);
  return {
    info: metricInfo(row),
    labelKeys: [...row.label_keys, ...IDENTITY_LABEL_KEYS, ...others],
  };
}

/** The values of a metric over time. */
export async function readSeries(
  store: StoreReader,
  wish: SeriesRequest & { readonly found: MetricFound },
  request: ReadRequest,
): Promise<Omit<MetricQueryResponse, 'cost'>> {
  const { metric, found, groupBy } = wish;
  const { info, labelKeys } = found;
  const aggregation = wish.aggregation ?? defaultAggregation(metricShape(info));
  const isQuantile = QUANTILES.has(aggregation);
  const points = await pointsOf(store, { ...wish, stepsWanted: STEPS_WANTED }, request, {
    aggregation: isQuantile ? 'buckets' : aggregation,
  });
  const lines = isQuantile
    ? await readQuantiles(store, { metric, points, groupBy, aggregation }, request)
    : await readLines(store, { metric, points, groupBy, aggregation }, request);
  return { metric: info, aggregation, ...pictureOf(points), ...lines, labelKeys };
}

/** The observations of a histogram over time. */
export async function readHeatmap(
  store: StoreReader,
  wish: Omit<SeriesRequest, 'aggregation' | 'groupBy'> & { readonly found: MetricFound },
  request: ReadRequest,
): Promise<Omit<MetricHeatmapResponse, 'cost'>> {
  const wanted = { ...wish, stepsWanted: HEATMAP_STEPS_WANTED };
  const points = await pointsOf(store, wanted, request, { aggregation: 'buckets' });
  const { metric, found } = wish;
  const buckets = await readBuckets(store, { metric, points, groupBy: [] }, request);
  return { metric: found.info, ...pictureOf(points), ...buckets };
}

interface PointsWish {
  readonly metric: MetricScope;
  readonly found: MetricFound;
  readonly stepMs: number | undefined;
  readonly stepsWanted: number;
}

async function pointsOf(
  store: StoreReader,
  wish: PointsWish,
  request: ReadRequest,
  { aggregation }: { readonly aggregation: MetricAggregation | 'buckets' },
): Promise<PointsScope> {
  const { metric, found } = wish;
  const { info } = found;
  const spacing = await store.read(intervalQuery(metric, info.type), request.signal);
  const intervalMs = request.meter.rows(spacing)[0]?.interval_ms ?? STEP_MS_MIN;
  const steps = stepsFor(metric.range, { ...wish, intervalMs });
  const lookbackMs = Math.max(LOOKBACK_MS_MIN, 2 * intervalMs, steps.stepMs);
  const rollup = rollupPart(info, steps, { aggregation, nowMs: Date.now() });
  return { tenant: metric.tenant, info, steps, lookbackMs: Math.ceil(lookbackMs), rollup };
}

function pictureOf({
  steps,
  rollup,
}: PointsScope): Pick<MetricQueryResponse, 'path' | 'fromMs' | 'toMs' | 'stepMs'> {
  const path = rollup === undefined ? 'points' : 'roll-ups';
  return { path, fromMs: steps.fromMs, toMs: steps.toMs, stepMs: steps.stepMs };
}

async function readLines(
  store: StoreReader,
  wish: Parameters<typeof seriesQuery>[0],
  request: ReadRequest,
): Promise<Pick<MetricQueryResponse, 'series' | 'seriesTotal'>> {
  const rows = request.meter.rows(await store.read(seriesQuery(wish), request.signal));
  const series = rows.map((row) => ({
    labels: Object.fromEntries(wish.groupBy.map((key, i) => [key, row.label[i] ?? ''])),
    values: spread<number | null>(
      wish.points.steps,
      { indexes: row.step_indexes, values: row.results },
      null,
    ),
  }));
  return { series, seriesTotal: rows[0]?.series_total ?? 0 };
}

function stepsFor(
  range: MetricScope['range'],
  wish: { intervalMs: number; stepMs: number | undefined; stepsWanted: number },
): TimeSteps {
  if (wish.stepMs !== undefined) return stepsOf(range, wish.stepMs);
  const stepMsMin = Math.max(STEP_MS_MIN, wish.intervalMs * JITTER);
  return timeSteps(range, { stepsWanted: wish.stepsWanted, stepMsMin });
}
