import { createRoute, z } from '@hono/zod-openapi';
import { connectionSteps, connectionStepsQuery } from '../../model/service-map/connection-rows.ts';
import {
  edgeOperations,
  edgeOperationsQuery,
  edgeSteps,
  edgeStepsQuery,
  type StepsScope,
  workSteps,
} from '../../model/service-map/edge-steps.ts';
import {
  servedOperationsQuery,
  servedStepsQuery,
  servingIn,
} from '../../model/service-map/served-steps.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { timeSteps } from '../../time-steps.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import type { MapCallSteps, MapCallsResponse, MapNode } from '../contract/index.ts';
import type { Api } from '../env.ts';
import { checkRange, rangeParameters } from '../parameters.ts';
import { MapCallsSchema } from './schema.ts';

/** Edges are by the minute. */
const WISH = { stepsWanted: 60, stepMsMin: 60_000 };
const NODE_CHARACTERS_MAX = 4000;
const KINDS = ['service', 'database', 'messaging', 'external'] as const;

/** A node as pages name it: kind, cluster, namespace and name, each as in a URL, `~` between. */
function nodeParameter(description: string) {
  return z
    .string()
    .max(NODE_CHARACTERS_MAX)
    .optional()
    .openapi({ description, example: 'service~~shop~cart' })
    .transform((text, context): MapNode | undefined => {
      if (text === undefined || text === '') return undefined;
      const [kind, cluster = '', namespace = '', name, ...rest] = text.split('~').map(decoded);
      const known = KINDS.find((each) => each === kind);
      if (known !== undefined && name !== undefined && rest.length === 0) {
        return { kind: known, cluster, namespace, name };
      }
      const message = 'must be `kind~cluster~namespace~name`, each as in a URL';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Calls over time, from edges by the minute, or what a service served by its own. */
export function addMapCalls(api: Api, store: StoreReader): void {
  const query = z
    .strictObject({
      ...rangeParameters,
      client: nodeParameter('Who calls; absent: anybody.'),
      server: nodeParameter('Who is called; absent: anybody.'),
    })
    .superRefine(checkRange)
    .refine(({ client, server }) => client !== undefined || server !== undefined, {
      message: '`client` or `server` is needed',
    });
  const route = createRoute({
    method: 'get',
    path: '/api/v1/map/calls',
    tags: ['map'],
    summary: 'Calls and connections of one node of the map, or from one to another, over time',
    description:
      'By step, and by what is called. Nodes are named as in the addresses of the page. Of a service ' +
      'as `server` alone it is what its own spans say, as in `served` of the map, where it has some: ' +
      'callers that send no spans are in that.',
    request: { query },
    responses: { 200: jsonAnswer('The calls.', MapCallsSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { tenant } = context.get('viewer');
    const { client, server, ...range } = context.req.valid('query');
    const steps = timeSteps(range, WISH);
    const scope = { tenant, steps, client, server };
    const signal = context.get('signal');
    const meter = new CostMeter();
    const [calls, flow] = await Promise.all([
      readCalls(store, scope, { meter, signal }),
      store.read(connectionStepsQuery(scope), signal),
    ]);
    const { fromMs, toMs, stepMs } = steps;
    const answer = {
      ...{ fromMs, toMs, stepMs },
      ...calls,
      ...connectionSteps(meter.rows(flow), steps),
      cost: meter.cost,
    };
    return context.json(answer, 200);
  });
}

type Calls = MapCallSteps & Pick<MapCallsResponse, 'operations'>;

/** By the spans of the service that is called where there are some, as the map has its figures. */
async function readCalls(
  store: StoreReader,
  scope: StepsScope,
  { meter, signal }: { readonly meter: CostMeter; readonly signal: AbortSignal },
): Promise<Calls> {
  const { steps } = scope;
  const seconds = (steps.toMs - steps.fromMs) / 1000;
  const service = servingIn(scope);
  const serving = service && { ...scope, service };
  const [byStep, byOperation, served, servedOperations] = await Promise.all([
    store.read(edgeStepsQuery(scope), signal),
    store.read(edgeOperationsQuery(scope), signal),
    serving && store.read(servedStepsQuery(serving), signal),
    serving && store.read(servedOperationsQuery(serving), signal),
  ]);
  const calls = edgeSteps(meter.rows(byStep), steps);
  const operations = edgeOperations(meter.rows(byOperation), seconds);
  const own = served ? meter.rows(served) : [];
  const ownOperations = servedOperations ? meter.rows(servedOperations) : [];
  if (own.length === 0) return { ...calls, operations };
  return {
    ...calls,
    ...workSteps(own, steps),
    operations: edgeOperations(ownOperations, seconds),
  };
}
