import { createRoute, z } from '@hono/zod-openapi';
import { ANSWER_LIMITS } from '../../limits.ts';
import { preferredOrigin } from '../../model/services/origin.ts';
import { latencyQuery, operationsQuery, seenQuery } from '../../model/services/queries.ts';
import { servicesQuery } from '../../model/services/services-query.ts';
import {
  isSampled,
  latencyHeatmap,
  latencyLines,
  summarize,
  summarizeOperation,
  withBefore,
} from '../../model/services/summaries.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { stepsBefore, timeSteps } from '../../time-steps.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { checkRange, rangeParameters } from '../parameters.ts';
import { ServiceDetailSchema, ServicesSchema } from './schema.ts';

const tags = ['services'];
/** Roll-ups are by the minute. */
const STEP_MS_MIN = 60_000;
/** A small line beside each service. */
const LIST_STEPS = 60;
const DETAIL_STEPS = 120;

/** Answers from roll-ups alone: the cost grows with services and operations, not with spans. */
export function addServices(api: Api, store: StoreReader): void {
  addList(api, store);
  addDetail(api, store);
}

function addList(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/services',
    tags,
    summary: 'Rate, errors and latency of every service',
    description:
      'Those with most requests first. A service seen by an SDK and by the agent is one service: ' +
      'the SDK where it has server spans. `before` is the range of the same length before. Counts have the sampling weight applied. The range is ' +
      'widened to whole steps at its start.',
    request: { query: z.strictObject(rangeParameters).superRefine(checkRange) },
    responses: { 200: jsonAnswer('The services.', ServicesSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { tenant } = context.get('viewer');
    const wish = { stepsWanted: LIST_STEPS, stepMsMin: STEP_MS_MIN };
    const steps = timeSteps(context.req.valid('query'), wish);
    const meter = new CostMeter();
    const earlier = stepsBefore(steps);
    const signal = context.get('signal');
    const [rows, rowsBefore] = await Promise.all([
      store.read(servicesQuery({ tenant, steps }), signal),
      store.read(servicesQuery({ tenant, steps: earlier }), signal),
    ]);
    const before = summarize(meter.rows(rowsBefore), earlier);
    const services = withBefore(summarize(meter.rows(rows), steps), before).slice(
      0,
      ANSWER_LIMITS.servicesMax,
    );
    const { fromMs, toMs, stepMs } = steps;
    return context.json({ fromMs, toMs, stepMs, services, cost: meter.cost }, 200);
  });
}

function addDetail(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/services/{service}',
    tags,
    summary: 'One service: its operations, lines over time, and the latency heatmap',
    description:
      'A service that served nothing in the range has empty lists, not an error. ' +
      '`heatmap.counts[step][bucket]` covers `[bucketsNs[bucket], bucketsNs[bucket + 1])`.',
    request: {
      params: z.strictObject({
        service: z
          .string()
          .min(1)
          .max(ANSWER_LIMITS.textLengthMax)
          .openapi({ description: 'Name of the service.', example: 'checkout' }),
      }),
      query: z.strictObject(rangeParameters).superRefine(checkRange),
    },
    responses: { 200: jsonAnswer('The service.', ServiceDetailSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { service } = context.req.valid('param');
    const wish = { stepsWanted: DETAIL_STEPS, stepMsMin: STEP_MS_MIN };
    const steps = timeSteps(context.req.valid('query'), wish);
    const scope = { tenant: context.get('viewer').tenant, steps };
    const meter = new CostMeter();
    const [latency, operations, seen] = await Promise.all([
      store.read(latencyQuery(scope, service), context.get('signal')),
      store.read(operationsQuery(scope, service), context.get('signal')),
      store.read(seenQuery(scope, service), context.get('signal')),
    ]);
    const origin = preferredOrigin(latency.rows);
    const rows = meter.rows(latency).filter((row) => row.origin === origin);
    const { fromMs, toMs, stepMs } = steps;
    const answer = {
      ...{ fromMs, toMs, stepMs, service },
      seen: meter.rows(seen).some((row) => row.seen > 0),
      operations: meter
        .rows(operations)
        .filter((row) => row.origin === origin)
        .map(summarizeOperation),
      sampled: rows.some(isSampled),
      ...latencyLines(rows, steps),
      heatmap: latencyHeatmap(rows, steps),
      cost: meter.cost,
    };
    return context.json(answer, 200);
  });
}
