import { createRoute, z } from '@hono/zod-openapi';
import { ANSWER_LIMITS } from '../../limits.ts';
import { spanKindNumber } from '../../model/services/summaries.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { readBackLinks } from '../../traces/explore/span-list.ts';
import { readPeers } from '../../traces/read-peers.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { checkRange, hexParameter, integerParameter, rangeParameters } from '../parameters.ts';
import { BackLinksSchema, SpanPeersSchema } from './span-schema.ts';

const tags = ['traces'];
const TRACE_ID_BYTES = 16;

/** What stands around one trace: the peers of a span, and spans that link to the trace. */
export function addTraceContext(api: Api, store: StoreReader): void {
  addPeers(api, store);
  addBackLinks(api, store);
}

/** Of the name of a span, which is not cut. */
const NAME_LENGTH_MAX = 8192;

const text = (
  description: string,
  example: string,
  lengthMax: number = ANSWER_LIMITS.nameLengthMax,
): z.ZodType<string, string> => z.string().max(lengthMax).openapi({ description, example });

const whole = (description: string, example: number): z.ZodType<number, string | undefined> =>
  integerParameter({ description, min: 0, max: Number.MAX_SAFE_INTEGER, example }).transform(
    (value) => value ?? 0,
  );

const peersParameters = z.strictObject({
  service: text('Its service.', 'checkout'),
  name: text('Its name.', 'POST /cart', NAME_LENGTH_MAX),
  kind: z
    .enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'])
    .openapi({ description: 'Its kind.', example: 'server' }),
  durationNs: whole('Its duration, nanoseconds.', 12_000_000),
  at: whole('When it began, milliseconds since the epoch.', 1_790_000_000_000),
});

function addPeers(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/spans/peers',
    tags,
    summary: 'Where a span stands among those of its service, name and kind in the hour before',
    request: { query: peersParameters },
    responses: { 200: jsonAnswer('Its place.', SpanPeersSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { service, name, kind, durationNs, at } = context.req.valid('query');
    const { tenant } = context.get('viewer');
    const wish = { tenant, service, name, kind: spanKindNumber(kind), durationNs, atMs: at };
    const asking = { meter: new CostMeter(), signal: context.get('signal') };
    return context.json(await readPeers(store, wish, asking), 200);
  });
}

function addBackLinks(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/traces/{traceId}/back-links',
    tags,
    summary: 'Spans of the range that link to the trace, newest first',
    request: {
      params: z.strictObject({
        traceId: hexParameter(
          TRACE_ID_BYTES,
          'Id of the trace.',
          '4bf92f3577b34da6a3ce929d0e0e4736',
        ),
      }),
      query: z.strictObject(rangeParameters).superRefine(checkRange),
    },
    responses: { 200: jsonAnswer('The spans.', BackLinksSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { traceId } = context.req.valid('param');
    const range = context.req.valid('query');
    const asking = { meter: new CostMeter(), signal: context.get('signal') };
    const wish = { tenant: context.get('viewer').tenant, traceId, range };
    const spans = await readBackLinks(store, wish, asking);
    return context.json({ spans, cost: asking.meter.cost }, 200);
  });
}
