import { createRoute, z } from '@hono/zod-openapi';
import { LogPositionShape } from '../../logs/log-rows.ts';
import { readRecord, readSurroundings, type Surroundings } from '../../logs/read-surroundings.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { jsonAnswer, NOT_FOUND, STORE_REFUSALS } from '../answers.ts';
import { decodeCursor } from '../cursor.ts';
import type { Api } from '../env.ts';
import { integerParameter } from '../parameters.ts';
import { LogRecordResponseSchema, LogSurroundingsSchema } from './schema.ts';
import { idParameter } from './scope-parameters.ts';

const tags = ['logs'];
const LINES_DEFAULT = 20;
const LINES_MAX = 500;

export function addRecord(api: Api, store: StoreReader): void {
  addOne(api, store);
  addSurroundings(api, store);
}

function addOne(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/logs/{id}',
    tags,
    summary: 'One log record, whole, with its resource',
    request: { params: z.strictObject({ id: idParameter }) },
    responses: {
      200: jsonAnswer('The record.', LogRecordResponseSchema),
      ...STORE_REFUSALS,
      ...NOT_FOUND,
    },
  });
  api.openapi(route, async (context) => {
    const position = decodeCursor(context.req.valid('param').id, LogPositionShape);
    const wish = { tenant: context.get('viewer').tenant, position };
    const ask = { meter: new CostMeter(), signal: context.get('signal') };
    const found = await readRecord(store, wish, ask);
    return context.json({ ...found, cost: ask.meter.cost }, 200);
  });
}

const surroundingsParameters = z.strictObject({
  of: z
    .enum(['process', 'service', 'all', ''])
    .optional()
    .openapi({
      description: 'Whose lines: of the same process (the default), the same service, or all.',
      example: 'process',
    })

    .transform((of): Surroundings => (of === 'service' || of === 'all' ? of : 'process')),
  limit: integerParameter({
    description: `Lines on each side; ${LINES_DEFAULT} when absent.`,
    min: 1,
    max: LINES_MAX,
    example: LINES_DEFAULT,
  }),
});

function addSurroundings(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/logs/{id}/surroundings',
    tags,
    summary: 'The lines before and after a log record, within a day',
    request: { params: z.strictObject({ id: idParameter }), query: surroundingsParameters },
    responses: {
      200: jsonAnswer('The lines.', LogSurroundingsSchema),
      ...STORE_REFUSALS,
      ...NOT_FOUND,
    },
  });
  api.openapi(route, async (context) => {
    const position = decodeCursor(context.req.valid('param').id, LogPositionShape);
    const { of, limit = LINES_DEFAULT } = context.req.valid('query');
    const wish = { tenant: context.get('viewer').tenant, position, of, limit };
    const ask = { meter: new CostMeter(), signal: context.get('signal') };
    const found = await readSurroundings(store, wish, ask);
    return context.json({ ...found, cost: ask.meter.cost }, 200);
  });
}
