import { createRoute, z } from '@hono/zod-openapi';
import type { LogPosition } from '../../logs/queries.ts';
import { readLogHistogram, readLogs } from '../../logs/read-logs.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { timeSteps } from '../../time-steps.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Api } from '../env.ts';
import {
  checkRange,
  hexParameter,
  integerParameter,
  limitParameter,
  rangeParameters,
  textParameter,
} from '../parameters.ts';
import { LogsSchema } from './schema.ts';

const HISTOGRAM_STEPS = 100;
const STEP_MS_MIN = 1000;
const TRACE_ID_BYTES = 16;
const SEVERITY_MAX = 24;

const digits = z.string().regex(/^\d{1,19}$/);
const CursorShape: z.ZodType<LogPosition> = z.tuple([
  digits,
  z.number().int().min(0).max(65_535),
  digits,
  digits,
]);

const parameters = z
  .strictObject({
    ...rangeParameters,
    service: textParameter('Records of this service.', 'checkout'),
    minSeverity: integerParameter({
      description: 'Least severity number: 1 trace, 5 debug, 9 info, 13 warn, 17 error, 21 fatal.',
      min: 1,
      max: SEVERITY_MAX,
      example: 17,
    }),
    text: textParameter('Part of the body, ASCII letters in either case.', 'refused'),
    traceId: hexParameter(
      TRACE_ID_BYTES,
      'Records of this trace.',
      '4bf92f3577b34da6a3ce929d0e0e4736',
    ).optional(),
    limit: limitParameter(),
    cursor: textParameter('`nextCursor` of the page before.', ''),
  })
  .superRefine(checkRange);

export function addLogs(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/logs',
    tags: ['logs'],
    summary: 'Log records of the range, newest first',
    description:
      'The histogram is of all records that match, not of the page. It is the same on every page, ' +
      'so pages after the first come with an empty one.',
    request: { query: parameters },
    responses: { 200: jsonAnswer('One page.', LogsSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { from, to, limit, cursor, ...filters } = context.req.valid('query');
    const range = { from, to };
    const filter = { ...filters, tenant: context.get('viewer').tenant };
    const meter = new CostMeter();
    const request = { meter, signal: context.get('signal') };
    const steps = timeSteps(range, { stepsWanted: HISTOGRAM_STEPS, stepMsMin: STEP_MS_MIN });
    const after = cursor === undefined ? undefined : decodeCursor(cursor, CursorShape);
    const { fromMs, stepMs } = steps;
    const [page, histogram] = await Promise.all([
      readLogs(store, { filter, range, after, limit }, request),
      after === undefined
        ? readLogHistogram(store, { filter, steps }, request)
        : { fromMs, stepMs, error: [], warn: [], other: [] },
    ]);
    const answer = { records: page.records, histogram, cost: meter.cost };
    if (page.next === undefined) return context.json(answer, 200);
    return context.json({ ...answer, nextCursor: encodeCursor(page.next) }, 200);
  });
}
