import { createRoute, z } from '@hono/zod-openapi';
import { LogPositionShape } from '../../logs/log-rows.ts';
import type { Asking } from '../../logs/log-scope.ts';
import { readLogFields } from '../../logs/read-fields.ts';
import { readLogHistogram } from '../../logs/read-histogram.ts';
import { readLogs } from '../../logs/read-logs.ts';
import { readLogFacets, readLogValues } from '../../logs/read-values.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { timeSteps } from '../../time-steps.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Api } from '../env.ts';
import { checkRange, limitParameter, rangeParameters, textParameter } from '../parameters.ts';
import { addExport } from './export-route.ts';
import { addRecord } from './record-routes.ts';
import {
  LogFacetsSchema,
  LogFieldsSchema,
  LogHistogramSchema,
  LogsSchema,
  LogValuesSchema,
} from './schema.ts';
import { logWish, resourceKeysParameter, scopeParameters } from './scope-parameters.ts';

const tags = ['logs'];
const HISTOGRAM_STEPS = 100;
const STEP_MS_MIN = 1000;
const SUGGESTIONS_MAX = 60;
const FIELD_LENGTH_MAX = 256;

export function addLogs(api: Api, store: StoreReader): void {
  addList(api, store);
  addHistogram(api, store);
  addFacets(api, store);
  addValues(api, store);
  addFields(api, store);
  addExport(api, store);
  addRecord(api, store);
}

function asking(signal: AbortSignal): Asking {
  return { meter: new CostMeter(), signal };
}

const listParameters = z
  .strictObject({
    ...scopeParameters,
    limit: limitParameter(),
    cursor: textParameter('`nextCursor` of the page before.', ''),
    resourceKeys: resourceKeysParameter,
  })
  .superRefine(checkRange);

function addList(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/logs',
    tags,
    summary: 'Log records of the range, newest first',
    description:
      'Looks at windows of time, newest first, and answers after a second with what it found: a ' +
      'page may be short, even empty, and still have a `nextCursor`.',
    request: { query: listParameters },
    responses: { 200: jsonAnswer('One page.', LogsSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { limit, cursor, resourceKeys, ...query } = context.req.valid('query');
    const wish = logWish(context.get('viewer').tenant, query);
    const ask = asking(context.get('signal'));
    const after = cursor === undefined ? undefined : decodeCursor(cursor, LogPositionShape);
    const { records, next, scannedFromMs } = await readLogs(
      store,
      { ...wish, after, limit, resourceKeys },
      ask,
    );
    const page = { records, scannedFromMs, cost: ask.meter.cost };
    if (next === undefined) return context.json(page, 200);
    return context.json({ ...page, nextCursor: encodeCursor(next) }, 200);
  });
}

const field = (description: string): z.ZodType<string, string> =>
  z.string().min(1).max(FIELD_LENGTH_MAX).openapi({ description, example: 'http.route' });

const histogramParameters = z
  .strictObject({
    ...scopeParameters,
    by: field('A field; `level` when absent.').optional(),
  })
  .superRefine(checkRange);

function addHistogram(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/logs/histogram',
    tags,
    summary: 'Records over time by the values of a field',
    description:
      'Counts go by sampling weight. The most frequent values have a line of their own, the others ' +
      'are one.',
    request: { query: histogramParameters },
    responses: { 200: jsonAnswer('The histogram.', LogHistogramSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { by = 'level', ...query } = context.req.valid('query');
    const wish = logWish(context.get('viewer').tenant, query);
    const wanted = { stepsWanted: HISTOGRAM_STEPS, stepMsMin: STEP_MS_MIN };
    const steps = timeSteps(wish.range, wanted);
    const ask = asking(context.get('signal'));
    const histogram = await readLogHistogram(store, { ...wish, by, steps }, ask);
    return context.json({ ...histogram, cost: ask.meter.cost }, 200);
  });
}

function addFacets(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/logs/facets',
    tags,
    summary: 'The most frequent levels, services, hosts and environments of what matches',
    request: { query: z.strictObject(scopeParameters).superRefine(checkRange) },
    responses: { 200: jsonAnswer('The facets.', LogFacetsSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const wish = logWish(context.get('viewer').tenant, context.req.valid('query'));
    const ask = asking(context.get('signal'));
    const facets = await readLogFacets(store, wish, ask);
    return context.json({ facets, cost: ask.meter.cost }, 200);
  });
}

const search = textParameter('Part of it, any case.', 'http');
const valuesParameters = z
  .strictObject({ ...scopeParameters, field: field('A field.'), search })
  .superRefine(checkRange);

function addValues(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/logs/values',
    tags,
    summary: 'The most frequent values of a field among the records that match',
    request: { query: valuesParameters },
    responses: { 200: jsonAnswer('The values.', LogValuesSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { field: name, search: text = '', ...query } = context.req.valid('query');
    const wish = logWish(context.get('viewer').tenant, query);
    const ask = asking(context.get('signal'));
    const wanted = { ...wish, field: name, search: text, limit: SUGGESTIONS_MAX };
    const values = await readLogValues(store, wanted, ask);
    return context.json({ field: name, values, cost: ask.meter.cost }, 200);
  });
}

const fieldsParameters = z.strictObject({ ...rangeParameters, search }).superRefine(checkRange);

function addFields(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/logs/fields',
    tags,
    summary: 'What records can be searched, grouped and shown by',
    request: { query: fieldsParameters },
    responses: { 200: jsonAnswer('The fields.', LogFieldsSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { from, to, search: text = '' } = context.req.valid('query');
    const { tenant } = context.get('viewer');
    const wish = { tenant, range: { from, to }, search: text, limit: SUGGESTIONS_MAX };
    const ask = asking(context.get('signal'));
    const fields = await readLogFields(store, wish, ask);
    return context.json({ fields, cost: ask.meter.cost }, 200);
  });
}
