import { createRoute, z } from '@hono/zod-openapi';
import { connectionSteps, connectionStepsQuery } from '../../model/service-map/connection-rows.ts';
import {
  edgeOperations,
  edgeOperationsQuery,
  edgeSteps,
  edgeStepsQuery,
} from '../../model/service-map/edge-steps.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { timeSteps } from '../../time-steps.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import type { MapNode } from '../contract/index.ts';
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

/** Calls over time, from edges by the minute alone. */
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
    description: 'By step, and by what is called. Nodes are named as in the addresses of the page.',
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
    const [byStep, flowByStep, byOperation] = await Promise.all([
      store.read(edgeStepsQuery(scope), signal),
      store.read(connectionStepsQuery(scope), signal),
      store.read(edgeOperationsQuery(scope), signal),
    ]);
    const { fromMs, toMs, stepMs } = steps;
    const answer = {
      ...{ fromMs, toMs, stepMs },
      ...edgeSteps(meter.rows(byStep), steps),
      ...connectionSteps(meter.rows(flowByStep), steps),
      operations: edgeOperations(meter.rows(byOperation), (toMs - fromMs) / 1000),
      cost: meter.cost,
    };
    return context.json(answer, 200);
  });
}
