import { createRoute, z } from '@hono/zod-openapi';
import { ANSWER_LIMITS } from '../../limits.ts';
import { catalogueQuery } from '../../metrics/catalogue-queries.ts';
import { metricInfo } from '../../metrics/metric-info.ts';
import { refusedAggregation } from '../../metrics/metric-shape.ts';
import { findMetric, readSeries } from '../../metrics/read-series.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { jsonAnswer, NOT_FOUND, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { ApiFailure } from '../failure.ts';
import { checkRange, integerParameter, rangeParameters, textParameter } from '../parameters.ts';
import { MetricQuerySchema, MetricsSchema } from './schema.ts';

const tags = ['metrics'];
const STEP_MS_MIN = 1000;
const STEP_MS_MAX = 7 * 86_400_000;

export function addMetrics(api: Api, store: StoreReader): void {
  addCatalogue(api, store);
  addQuery(api, store);
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
        })
        .superRefine(checkRange),
    },
    responses: { 200: jsonAnswer('The metrics, by name.', MetricsSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { from, to, search } = context.req.valid('query');
    const scope = { tenant: context.get('viewer').tenant, range: { from, to }, search };
    const meter = new CostMeter();
    const rows = meter.rows(await store.read(catalogueQuery(scope), context.get('signal')));
    return context.json({ metrics: rows.map(metricInfo), cost: meter.cost }, 200);
  });
}

const queryParameters = z
  .strictObject({
    ...rangeParameters,
    name: z
      .string({ error: 'must name a metric' })
      .min(1)
      .max(ANSWER_LIMITS.textLengthMax)
      .openapi({ description: 'Name of the metric.', example: 'http.server.requests' }),
    aggregation: z.enum(['avg', 'sum', 'min', 'max', 'rate']).optional().openapi({
      description: 'How series become one; `rate` for counters and `avg` for the rest when absent.',
      example: 'rate',
    }),
    groupBy: textParameter('A label key of `labelKeys`; one line a value of it.', 'http.route'),
    service: textParameter('Series of this service.', 'checkout'),
    stepMs: integerParameter({
      description: 'Width of a step, milliseconds; fits the range and the points when absent.',
      min: STEP_MS_MIN,
      max: STEP_MS_MAX,
      example: 60_000,
    }),
  })
  .superRefine(checkRange)
  .superRefine(({ from, to, stepMs }, context) => {
    const { stepsMax } = ANSWER_LIMITS;
    if (stepMs === undefined || (to - from) / stepMs <= stepsMax) return;
    const least = Math.ceil((to - from) / stepsMax);
    const message = `makes more than ${stepsMax} steps; at least ${least} for this range`;
    context.addIssue({ code: 'custom', path: ['stepMs'], message });
  });

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
      'those that points carry.',
    request: { query: queryParameters },
    responses: {
      200: jsonAnswer('The series.', MetricQuerySchema),
      ...STORE_REFUSALS,
      ...NOT_FOUND,
    },
  });
  api.openapi(route, async (context) => {
    const { from, to, name, service, aggregation, groupBy, stepMs } = context.req.valid('query');
    const { tenant } = context.get('viewer');
    const metric = { tenant, name, service, range: { from, to } };
    const meter = new CostMeter();
    const request = { meter, signal: context.get('signal') };
    const found = await findMetric(store, metric, request);
    if (found === undefined) {
      throw new ApiFailure('NOT_FOUND', `no metric ${name} was measured in that range`, {
        hint: 'GET /api/v1/metrics lists what was.',
      });
    }
    const refused = aggregation && refusedAggregation(found.info, aggregation);
    if (refused !== undefined) throw new ApiFailure('BAD_REQUEST', refused);
    const wish = { metric, found, aggregation, groupBy, stepMs };
    const answer = await readSeries(store, wish, request);
    return context.json({ ...answer, cost: meter.cost }, 200);
  });
}
