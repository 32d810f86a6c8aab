import { createRoute, z } from '@hono/zod-openapi';
import {
  cardinalityQuery,
  labelValuesQuery,
  seriesTotalQuery,
} from '../../metrics/cardinality-queries.ts';
import { exemplarsQuery } from '../../metrics/exemplar-queries.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { checkRange, rangeParameters, textParameter } from '../parameters.ts';
import { CardinalitySchema, ExemplarsSchema, LabelValuesSchema } from './schema.ts';
import { metricParameters, metricScope } from './scope-parameters.ts';

const tags = ['metrics'];
const VALUES_MAX = 60;
const KEY_LENGTH_MAX = 256;

export function addLabels(api: Api, store: StoreReader): void {
  addValues(api, store);
  addExemplars(api, store);
  addCardinality(api, store);
}

const valuesParameters = z
  .strictObject({
    ...metricParameters,
    key: z.string().min(1).max(KEY_LENGTH_MAX).openapi({
      description: 'A label key.',
      example: 'http.route',
    }),
    search: textParameter('Part of it, any case.', 'cart'),
  })
  .superRefine(checkRange);

function addValues(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/metrics/values',
    tags,
    summary: 'The values of a label, by number of series',
    request: { query: valuesParameters },
    responses: { 200: jsonAnswer('The values.', LabelValuesSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { key, search = '', ...query } = context.req.valid('query');
    const metric = metricScope(context.get('viewer').tenant, query);
    const meter = new CostMeter();
    const wanted = labelValuesQuery(metric, { key, search, limit: VALUES_MAX });
    const rows = meter.rows(await store.read(wanted, context.get('signal')));
    const values = rows.map(({ value, series_count: count }) => ({ value, count }));
    return context.json({ values, cost: meter.cost }, 200);
  });
}

function addExemplars(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/metrics/exemplars',
    tags,
    summary: 'Measurements that name the trace they were made in',
    description: 'Of each hundredth of the range the highest three.',
    request: { query: z.strictObject(metricParameters).superRefine(checkRange) },
    responses: { 200: jsonAnswer('The exemplars.', ExemplarsSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const metric = metricScope(context.get('viewer').tenant, context.req.valid('query'));
    const meter = new CostMeter();
    const rows = meter.rows(await store.read(exemplarsQuery(metric), context.get('signal')));
    const exemplars = rows.map(({ labels: [keys, values], ...row }) => ({
      timeMs: row.time_ms,
      value: row.value,
      traceId: row.trace,
      spanId: row.span,
      service: row.service_name,
      labels: Object.fromEntries(keys.map((key, i) => [key, values[i] ?? ''])),
    }));
    return context.json({ exemplars, cost: meter.cost }, 200);
  });
}

function addCardinality(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/metrics/cardinality',
    tags,
    summary: 'Where series come from: metrics with most of them, and the labels that make them',
    request: { query: z.strictObject(rangeParameters).superRefine(checkRange) },
    responses: { 200: jsonAnswer('The metrics.', CardinalitySchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { from, to } = context.req.valid('query');
    const scope = { tenant: context.get('viewer').tenant, range: { from, to } };
    const signal = context.get('signal');
    const meter = new CostMeter();
    const [rows, totals] = await Promise.all([
      store.read(cardinalityQuery(scope), signal),
      store.read(seriesTotalQuery(scope), signal),
    ]);
    const [total] = meter.rows(totals);
    const metrics = meter.rows(rows).map((row) => ({
      name: row.name,
      service: row.service_name,
      seriesCount: row.series_count,
      labels: row.labels.map(([key, valueCount]) => ({ key, valueCount })),
    }));
    const seriesTotal = total?.series_total ?? 0;
    const seriesNew = total?.series_new ?? 0;
    return context.json({ seriesTotal, seriesNew, metrics, cost: meter.cost }, 200);
  });
}
