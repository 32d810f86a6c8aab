import { createRoute, z } from '@hono/zod-openapi';
import { ANSWER_LIMITS } from '../../limits.ts';
import { readSpan } from '../../traces/read-span.ts';
import type { TraceSources } from '../../traces/read-trace.ts';
import { readOutline } from '../../traces/trace-outline.ts';
import { jsonAnswer, NOT_FOUND, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { ApiFailure } from '../failure.ts';
import { hexParameter } from '../parameters.ts';
import { TraceOutlineSchema, WholeSpanSchema } from './outline-schema.ts';

const tags = ['traces'];
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

const traceId = hexParameter(
  TRACE_ID_BYTES,
  'Id of the trace.',
  '4bf92f3577b34da6a3ce929d0e0e4736',
);

/** Traces that are too large to be given whole: all their spans in outline, and each one. */
export function addOutline(api: Api, sources: TraceSources): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/traces/{traceId}/outline',
    tags,
    summary: 'All spans of a large trace in outline',
    description:
      `Columns of up to ${ANSWER_LIMITS.outlineSpansMax} spans in start order: who, what and when, ` +
      'without attributes, events and links.',
    request: { params: z.strictObject({ traceId }) },
    responses: {
      200: jsonAnswer('The outline.', TraceOutlineSchema),
      ...STORE_REFUSALS,
      ...NOT_FOUND,
    },
  });
  api.openapi(route, async (context) => {
    const wish = { tenant: context.get('viewer').tenant, ...context.req.valid('param') };
    const outline = await readOutline(sources.store, wish, context.get('signal'));
    if (outline !== undefined) return context.json(outline, 200);
    throw new ApiFailure('NOT_FOUND', `no span of trace ${wish.traceId} is stored`);
  });
  addSpan(api, sources);
}

function addSpan(api: Api, sources: TraceSources): void {
  const spanId = hexParameter(SPAN_ID_BYTES, 'Id of the span.', '00f067aa0ba902b7');
  const route = createRoute({
    method: 'get',
    path: '/api/v1/traces/{traceId}/spans/{spanId}',
    tags,
    summary: 'One span of a trace, whole, with its resource',
    request: { params: z.strictObject({ traceId, spanId }) },
    responses: { 200: jsonAnswer('The span.', WholeSpanSchema), ...STORE_REFUSALS, ...NOT_FOUND },
  });
  api.openapi(route, async (context) => {
    const wish = { tenant: context.get('viewer').tenant, ...context.req.valid('param') };
    const span = await readSpan(sources, wish, context.get('signal'));
    if (span !== undefined) return context.json(span, 200);
    throw new ApiFailure('NOT_FOUND', `span ${wish.spanId} is not stored`);
  });
}
