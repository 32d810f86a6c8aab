import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import { AttributeSchema, attributeExample } from '../attribute-schema.ts';
import type { SpanResponse, TraceOutlineResponse } from '../contract/index.ts';
import type { WireShape } from '../wire-shape.ts';
import { SpanSchema, spanExample } from './schema.ts';

const cost = { elapsedMs: 12, rowsRead: 8192, bytesRead: 262_144 };
const numbers = z.array(z.number());
const texts = z.array(z.string());

const outline: TraceOutlineResponse = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  startUnixNano: '1790000000000000000',
  spanCount: 12_000,
  services: ['checkout'],
  names: ['POST /cart', 'SELECT'],
  spanIds: ['00f067aa0ba902b7', '00f067aa0ba902b8'],
  parents: [-1, 0],
  serviceOf: [0, 0],
  nameOf: [0, 1],
  kinds: ['server', 'client'],
  kindOf: [0, 1],
  startNs: [0, 1_000_000],
  durationNs: [12_000_000, 4_000_000],
  errors: [1],
  cost,
};

export const TraceOutlineSchema: z.ZodType<WireShape<TraceOutlineResponse>> = z
  .strictObject({
    traceId: z.string(),
    startUnixNano: z.string(),
    spanCount: z.number(),
    services: texts,
    names: texts,
    spanIds: texts,
    parents: numbers,
    serviceOf: numbers,
    nameOf: numbers,
    kinds: z.array(z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'])),
    kindOf: numbers,
    startNs: numbers,
    durationNs: numbers,
    errors: numbers,
    cost: QueryCostSchema,
  })
  .openapi('TraceOutlineResponse', { example: outline });

const span: SpanResponse = { span: spanExample, resource: [attributeExample], cost };

export const WholeSpanSchema: z.ZodType<WireShape<SpanResponse>> = z
  .strictObject({ span: SpanSchema, resource: z.array(AttributeSchema), cost: QueryCostSchema })
  .openapi('SpanResponse', { example: span });
