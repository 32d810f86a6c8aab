import { createRoute, z } from '@hono/zod-openapi';
import { ANSWER_LIMITS } from '../../limits.ts';
import {
  catalogueQuery,
  lastPointsQuery,
  type MetricScope,
} from '../../metrics/catalogue-queries.ts';
import { metricInfo } from '../../metrics/metric-info.ts';
import { hasBuckets, refusedAggregation } from '../../metrics/metric-shape.ts';
import type { ReadRequest } from '../../metrics/read-request.ts';
import {
  findMetric,
  type MetricFound,
  readHeatmap,
  readSeries,
} from '../../metrics/read-series.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { jsonAnswer, NOT_FOUND, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { ApiFailure } from '../failure.ts';
import {
  checkRange,
  integerParameter,
  rangeParameters,
  type TimeRange,
  textParameter,
} from '../parameters.ts';
import { addLabels } from './label-routes.ts';
import { MetricHeatmapSchema, MetricQuerySchema, MetricsSchema } from './schema.ts';
import { metricParameters, metricScope } from './scope-parameters.ts';

const tags = ['metrics'];
const STEP_MS_MIN = 1000;
const STEP_MS_MAX = 7 * 86_400_000;
const GROUP_KEYS_MAX = 5;

export function addMetrics(api: Api, store: StoreReader): void {
  addCatalogue(api, store);
  addQuery(api, store);
  addHeatmap(api, store);
  addLabels(api, store);
}

function addCatalogue(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/metrics',
    tags,
    summary: 'What is measured in the range',
    description:
      'A name that is used for several kinds, units or temporalities has an entry for each. Series ' +
      'are known by the hour: the range is widened to whole hours at its start.',
    request: {
      query: z
        .strictObject({
          ...rangeParameters,
          search: textParameter('Part of the name or the description.', 'http'),
          service: textParameter('Only what this service measures.', 'checkout'),
        })
        .superRefine(checkRange),
    },
    responses: { 200: jsonAnswer('The metrics, by name.', MetricsSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { from, to, search, service } = context.req.valid('query');
    const scope = { tenant: context.get('viewer').tenant, range: { from, to }, search, service };
    const meter = new CostMeter();
    const [rows, lasts] = await Promise.all([
      store.read(catalogueQuery(scope), context.get('signal')),
      store.read(lastPointsQuery(scope), context.get('signal')),
    ]);
    const lastMs = new Map(meter.rows(lasts).map(({ metric, last_ms }) => [metric, last_ms]));
    const metrics = meter.rows(rows).map((row) => metricInfo(row, lastMs.get(row.metric)));
    return context.json({ metrics, cost: meter.cost }, 200);
  });
}

const stepParameter = integerParameter({
  description: 'Width of a step, milliseconds; fits the range and the points when absent.',
  min: STEP_MS_MIN,
  max: STEP_MS_MAX,
  example: 60_000,
});

/** Refinement: not more steps than an answer holds. */
function checkSteps(
  { from, to, stepMs }: TimeRange & { readonly stepMs: number | undefined },
  context: z.core.$RefinementCtx,
): void {
  const { stepsMax } = ANSWER_LIMITS;
  if (stepMs === undefined || (to - from) / stepMs <= stepsMax) return;
  const least = Math.ceil((to - from) / stepsMax);
  const message = `makes more than ${stepsMax} steps; at least ${least} for this range`;
  context.addIssue({ code: 'custom', path: ['stepMs'], message });
}

const queryParameters = z
  .strictObject({
    ...metricParameters,
    aggregation: z
      .enum([
        ...(['avg', 'sum', 'min', 'max', 'rate', 'increase', 'count'] as const),
        ...(['p50', 'p75', 'p90', 'p95', 'p99'] as const),
      ])
      .optional()
      .openapi({
        description:
          'How series become one; `rate` for counters and `avg` for the rest when absent.',
        example: 'rate',
      }),
    groupBy: textParameter(
      `Label keys of \`labelKeys\` parted by commas, at most ${GROUP_KEYS_MAX}; a line a value.`,
      'http.route',
    ),
    stepMs: stepParameter,
  })
  .superRefine(checkRange)
  .superRefine(checkSteps);

function addQuery(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/metrics/query',
    tags,
    summary: 'The values of one metric over time',
    description:
      'Levels (gauges, sums that may fall): `avg`, `min`, `max` over all points of a step, `sum` of ' +
      "each series' average. Counters (rising sums, deltas): of what each series added in a step, " +
      'resets seen; `rate` is what all added a second. Histograms and summaries: `avg` is the mean ' +
      'observation, `sum` the sum of observations, `rate` observations a second, `min` and `max` ' +
      'those that points carry; `p50` to `p99` from the buckets of histograms, even within a bucket. ' +
      '`increase` is what was counted in a step, `count` the number of series. Six hours and more in ' +
      'steps of whole five minutes are read from roll-ups (`path`).',
    request: { query: queryParameters },
    responses: {
      200: jsonAnswer('The series.', MetricQuerySchema),
      ...STORE_REFUSALS,
      ...NOT_FOUND,
    },
  });
  api.openapi(route, async (context) => {
    const { aggregation, groupBy = '', stepMs, ...query } = context.req.valid('query');
    const metric = metricScope(context.get('viewer').tenant, query);
    const meter = new CostMeter();
    const request = { meter, signal: context.get('signal') };
    const found = await foundMetric(store, metric, request);
    const refused = aggregation && refusedAggregation(found.info, aggregation);
    if (refused !== undefined) throw new ApiFailure('BAD_REQUEST', refused);
    const keys = groupBy.split(',').filter(Boolean).slice(0, GROUP_KEYS_MAX);
    const wish = { metric, found, aggregation, groupBy: keys, stepMs };
    const answer = await readSeries(store, wish, request);
    return context.json({ ...answer, cost: meter.cost }, 200);
  });
}

async function foundMetric(
  store: StoreReader,
  metric: MetricScope,
  request: ReadRequest,
): Promise<MetricFound> {
  const found = await findMetric(store, metric, request);
  if (found !== undefined) return found;
  throw new ApiFailure('NOT_FOUND', `no metric ${metric.name} was measured in that range`, {
    hint: 'GET /api/v1/metrics lists what was.',
  });
}

const heatmapParameters = z
  .strictObject({ ...metricParameters, stepMs: stepParameter })
  .superRefine(checkRange)
  .superRefine(checkSteps);

function addHeatmap(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/metrics/heatmap',
    tags,
    summary: 'The observations of a histogram by value and time',
    description:
      'Explicit buckets as sent; exponential ones at a scale of 2 at the most (19 % wide).',
    request: { query: heatmapParameters },
    responses: {
      200: jsonAnswer('The observations.', MetricHeatmapSchema),
      ...STORE_REFUSALS,
      ...NOT_FOUND,
    },
  });
  api.openapi(route, async (context) => {
    const { stepMs, ...query } = context.req.valid('query');
    const metric = metricScope(context.get('viewer').tenant, query);
    const meter = new CostMeter();
    const request = { meter, signal: context.get('signal') };
    const found = await foundMetric(store, metric, request);
    if (!hasBuckets(found.info)) {
      const message = `a heatmap needs a histogram; ${metric.name} is a ${found.info.type}`;
      throw new ApiFailure('BAD_REQUEST', message);
    }
    const answer = await readHeatmap(store, { metric, found, stepMs }, request);
    return context.json({ ...answer, cost: meter.cost }, 200);
  });
}
