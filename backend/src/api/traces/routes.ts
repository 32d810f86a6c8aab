import { createRoute, z } from '@hono/zod-openapi';
import { ANSWER_LIMITS } from '../../limits.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { resolveScope } from '../../traces/explore/span-scope.ts';
import type { TracePosition } from '../../traces/list-queries.ts';
import { readTrace, type TraceSources } from '../../traces/read-trace.ts';
import { readTraces } from '../../traces/read-traces.ts';
import { TraceResources } from '../../traces/trace-resources.ts';
import { traceSummary } from '../../traces/traces.ts';
import { jsonAnswer, NOT_FOUND, STORE_REFUSALS } from '../answers.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Api } from '../env.ts';
import { ApiFailure } from '../failure.ts';
import {
  checkRange,
  flagParameter,
  hexParameter,
  integerParameter,
  limitParameter,
  rangeParameters,
  textParameter,
} from '../parameters.ts';
import { type AnalysisSources, addTraceAnalysis } from './analysis-routes.ts';
import { addOutline } from './outline-routes.ts';
import { TraceSchema, TracesSchema } from './schema.ts';
import { addSpans, spanParameters, spanWish } from './span-routes.ts';
import { addTraceContext } from './trace-context-routes.ts';

const tags = ['traces'];
const DURATION_NS_MAX = Number.MAX_SAFE_INTEGER;
const TRACE_ID_BYTES = 16;

const CursorShape = z.tuple([z.string().regex(/^\d{1,19}$/), z.string().regex(/^[0-9a-f]{32}$/)]);

export function addTraces(api: Api, sources: AnalysisSources): void {
  const { store } = sources;
  addSpans(api, store);
  addTraceContext(api, store);
  addTraceAnalysis(api, sources);
  addList(api, store);
  const ofTraces = { store, resources: new TraceResources(store) };
  addTrace(api, ofTraces);
  addOutline(api, ofTraces);
}

const listParameters = z
  .strictObject({
    ...rangeParameters,
    service: textParameter('Traces in which this service took part.', 'checkout'),
    operation: textParameter('Name of a span, of `service` when that is given.', 'POST /cart'),
    minDurationNs: integerParameter({
      description: 'Shortest duration of the whole trace, nanoseconds.',
      min: 0,
      max: DURATION_NS_MAX,
      example: 1_000_000,
    }),
    maxDurationNs: integerParameter({
      description: 'Longest duration of the whole trace, nanoseconds.',
      min: 0,
      max: DURATION_NS_MAX,
      example: 60_000_000_000,
    }),
    errorsOnly: flagParameter('Only traces with a span whose status is error.'),
    ...spanParameters,
    limit: limitParameter(),
    cursor: textParameter('`nextCursor` of the page before.', ''),
  })
  .superRefine(checkRange);

function addList(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/traces',
    tags,
    summary: 'Traces that started in the range, newest first',
    request: { query: listParameters },
    responses: { 200: jsonAnswer('One page.', TracesSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { from, to, limit, cursor, where, set, own, ...filter } = context.req.valid('query');
    const { tenant } = context.get('viewer');
    const meter = new CostMeter();
    const signal = context.get('signal');
    const asking = { meter, signal };
    const spans =
      where === undefined && own
        ? undefined
        : await resolveScope(store, spanWish(tenant, { from, to, where, set, own }), asking);
    const wish = {
      filter: { ...filter, tenant, spans },
      range: { from, to },
      after: cursor === undefined ? undefined : position(cursor),
      limit,
    };
    const { rows, next } = await readTraces(store, wish, asking);
    const page = { traces: rows.map(traceSummary), cost: meter.cost };
    if (next === undefined) return context.json(page, 200);
    const nextCursor = encodeCursor([next.startUnixNano, next.traceId]);
    return context.json({ ...page, nextCursor }, 200);
  });
}

function position(cursor: string): TracePosition {
  const [startUnixNano, traceId] = decodeCursor(cursor, CursorShape);
  return { startUnixNano, traceId };
}

function addTrace(api: Api, sources: TraceSources): void {
  const { spansMax } = ANSWER_LIMITS;
  const route = createRoute({
    method: 'get',
    path: '/api/v1/traces/{traceId}',
    tags,
    summary: 'One trace with its spans in start order',
    description:
      '`truncated` says that the trace has more spans than were given: the first `limit`, and of ' +
      `the rest the first ${ANSWER_LIMITS.lateErrorsMax} errors. Counts are of the whole trace.`,
    request: {
      params: z.strictObject({
        traceId: hexParameter(
          TRACE_ID_BYTES,
          'Id of the trace.',
          '4bf92f3577b34da6a3ce929d0e0e4736',
        ),
      }),
      query: z.strictObject({
        limit: integerParameter({
          description: `Spans at the most; ${spansMax} when absent.`,
          min: 1,
          max: spansMax,
          example: spansMax,
        }),
      }),
    },
    responses: { 200: jsonAnswer('The trace.', TraceSchema), ...STORE_REFUSALS, ...NOT_FOUND },
  });
  api.openapi(route, async (context) => {
    const { traceId } = context.req.valid('param');
    const { limit } = context.req.valid('query');
    const { tenant } = context.get('viewer');
    const wish = { tenant, traceId, limit: limit ?? spansMax };
    const trace = await readTrace(sources, wish, context.get('signal'));
    if (trace !== undefined) return context.json(trace, 200);
    throw new ApiFailure('NOT_FOUND', `no span of trace ${traceId} is stored`, {
      hint: 'It may be older than the retention, not arrived yet, or not sampled.',
    });
  });
}
