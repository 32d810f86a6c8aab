import { createRoute, z } from '@hono/zod-openapi';
import { mapConnectionsQuery } from '../../model/service-map/connection-rows.ts';
import { mapEdges } from '../../model/service-map/map-edges.ts';
import { placesOf, placesQuery } from '../../model/service-map/places.ts';
import { mapEdgesQuery, mapMinutesQuery } from '../../model/service-map/queries.ts';
import { servedOf, servedQuery } from '../../model/service-map/served.ts';
import type { StateStore } from '../../state/index.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { checkRange, integerParameter, rangeParameters } from '../parameters.ts';
import { MapSchema } from './schema.ts';

/** Edges are by the minute. */
const MINUTE_MS = 60_000;
/** Roll-ups are kept for less. */
const BEFORE_MS_MAX = 400 * 86_400_000;

/**
 * Answers from edges and connections by the minute alone: the cost grows with pairs of services, not
 * with spans.
 */
export function addMap(api: Api, store: StoreReader, state: Pick<StateStore, 'settings'>): void {
  const beforeMs = integerParameter({
    description: 'How long before the range the one begins that it is compared with; milliseconds.',
    ...{ min: MINUTE_MS, max: BEFORE_MS_MAX, example: 86_400_000 },
  });
  const route = createRoute({
    method: 'get',
    path: '/api/v1/map',
    tags: ['map'],
    summary: 'Who calls whom: rate, errors and latency of calls between services',
    description:
      'The range is widened to whole minutes at its start. Databases, queues and hosts outside are ' +
      'nodes, too. Each edge has what it was over an earlier range of the same length, the one ' +
      'just before unless `beforeMs` says how long ago, and `gone` has those that were then alone. ' +
      'Calls that an SDK and the agent both saw count once. `served` is what services answered, ' +
      'whoever called. Edges have the bytes of the connections ' +
      'that agents saw; one of connections alone has no `requestsPerSecond`.',
    request: { query: z.strictObject({ ...rangeParameters, beforeMs }).superRefine(checkRange) },
    responses: { 200: jsonAnswer('The map.', MapSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { tenant } = context.get('viewer');
    const { from, to: toMs, beforeMs: ago } = context.req.valid('query');
    const fromMs = minuteOf(from);
    const scope = { tenant, fromMs, toMs };
    const beforeFromMs = minuteOf(fromMs - (ago ?? toMs - fromMs));
    const earlier = { tenant, fromMs: beforeFromMs, toMs: beforeFromMs + toMs - fromMs };
    const signal = context.get('signal');
    const meter = new CostMeter();
    const [now, before, flow, flowBefore, minutes, places, served, { settings }] =
      await Promise.all([
        store.read(mapEdgesQuery(scope), signal),
        store.read(mapEdgesQuery(earlier), signal),
        store.read(mapConnectionsQuery(scope), signal),
        store.read(mapConnectionsQuery(earlier), signal),
        store.read(mapMinutesQuery(scope), signal),
        store.read(placesQuery(scope), signal),
        store.read(servedQuery(scope), signal),
        state.settings.current(),
      ]);
    const [joined] = meter.rows(minutes);
    const seconds = (toMs - fromMs) / 1000;
    const answer = {
      ...{ fromMs, toMs },
      beforeFromMs,
      ...mapEdges(
        { calls: meter.rows(now), connections: meter.rows(flow) },
        { calls: meter.rows(before), connections: meter.rows(flowBefore) },
        seconds,
      ),
      places: placesOf(meter.rows(places), settings.services),
      served: servedOf(meter.rows(served), seconds),
      joinedUntilMs:
        joined === undefined || joined.last === 0 ? null : joined.last * 1000 + MINUTE_MS,
      minutesWaiting: joined?.waiting ?? 0,
      calls: joined?.calls ?? 0,
      unresolved: joined?.unresolved ?? 0,
      cost: meter.cost,
    };
    return context.json(answer, 200);
  });
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}
