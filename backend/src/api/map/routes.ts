import { createRoute, z } from '@hono/zod-openapi';
import { mapEdges } from '../../model/service-map/map-edges.ts';
import { mapEdgesQuery, mapMinutesQuery } from '../../model/service-map/queries.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { checkRange, rangeParameters } from '../parameters.ts';
import { MapSchema } from './schema.ts';

/** Edges are by the minute. */
const MINUTE_MS = 60_000;

/** Answers from edges by the minute alone: the cost grows with pairs of services, not with spans. */
export function addMap(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/map',
    tags: ['map'],
    summary: 'Who calls whom: rate, errors and latency of calls between services',
    description:
      'The range is widened to whole minutes at its start. Databases, queues and hosts outside are ' +
      'nodes, too. Each edge has what it was over the range of the same length before, and `gone` ' +
      'has those that were before alone. Calls that an SDK and the agent both saw count once.',
    request: { query: z.strictObject(rangeParameters).superRefine(checkRange) },
    responses: { 200: jsonAnswer('The map.', MapSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { tenant } = context.get('viewer');
    const { from, to: toMs } = context.req.valid('query');
    const fromMs = Math.floor(from / MINUTE_MS) * MINUTE_MS;
    const scope = { tenant, fromMs, toMs };
    const earlier = { tenant, fromMs: fromMs - (toMs - fromMs), toMs: fromMs };
    const signal = context.get('signal');
    const meter = new CostMeter();
    const [now, before, minutes] = await Promise.all([
      store.read(mapEdgesQuery(scope), signal),
      store.read(mapEdgesQuery(earlier), signal),
      store.read(mapMinutesQuery(scope), signal),
    ]);
    const [joined] = meter.rows(minutes);
    const seconds = (toMs - fromMs) / 1000;
    const answer = {
      ...{ fromMs, toMs },
      ...mapEdges(meter.rows(now), meter.rows(before), seconds),
      joinedUntilMs:
        joined === undefined || joined.last === 0 ? null : joined.last * 1000 + MINUTE_MS,
      calls: joined?.calls ?? 0,
      unresolved: joined?.unresolved ?? 0,
      cost: meter.cost,
    };
    return context.json(answer, 200);
  });
}
