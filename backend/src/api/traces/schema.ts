import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import { AttributeSchema, attributeExample } from '../attribute-schema.ts';
import type {
  Span,
  SpanEvent,
  SpanLink,
  TraceResponse,
  TraceSummary,
  TracesResponse,
} from '../contract/index.ts';
import type { WireShape } from '../wire-shape.ts';

const cost = { elapsedMs: 12, rowsRead: 8192, bytesRead: 262_144 };
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

const TraceSummarySchema: z.ZodType<TraceSummary> = z.strictObject({
  traceId: z.string(),
  rootService: z.string(),
  rootName: z.string(),
  startMs: z.number(),
  durationNs: z.number(),
  spanCount: z.number(),
  errorCount: z.number(),
  services: z.array(z.string()),
});

const tracesExample: TracesResponse = {
  traces: [
    {
      traceId,
      rootService: 'checkout',
      rootName: 'POST /cart',
      startMs: 1_790_000_000_000,
      durationNs: 12_000_000,
      spanCount: 7,
      errorCount: 0,
      services: ['cart-db', 'checkout'],
    },
  ],
  nextCursor: 'WyIxNzkwMDAwMDAwMDAwMDAwMDAwIl0',
  cost,
};

export const TracesSchema: z.ZodType<WireShape<TracesResponse>> = z
  .strictObject({
    traces: z.array(TraceSummarySchema),
    nextCursor: z.string().optional(),
    cost: QueryCostSchema,
  })
  .openapi('TracesResponse', { example: tracesExample });

const SpanEventSchema: z.ZodType<SpanEvent> = z.strictObject({
  timeUnixNano: z.string(),
  name: z.string(),
  attributes: z.array(AttributeSchema),
  droppedAttributesCount: z.number(),
});

const SpanLinkSchema: z.ZodType<SpanLink> = z.strictObject({
  traceId: z.string(),
  spanId: z.string(),
  traceState: z.string(),
  attributes: z.array(AttributeSchema),
});

export const SpanSchema: z.ZodType<WireShape<Span>> = z.strictObject({
  spanId: z.string(),
  parentSpanId: z.string(),
  service: z.string(),
  name: z.string(),
  kind: z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']),
  startUnixNano: z.string(),
  durationNs: z.number(),
  status: z.enum(['unset', 'ok', 'error']),
  statusMessage: z.string(),
  traceState: z.string(),
  scopeName: z.string(),
  scopeVersion: z.string(),
  origin: z.enum(['sdk', 'ebpf', 'derived']),
  attributes: z.array(AttributeSchema),
  resourceFingerprint: z.string(),
  events: z.array(SpanEventSchema),
  links: z.array(SpanLinkSchema),
  sentStartUnixNano: z.string().optional(),
});

export const spanExample: Span = {
  spanId: '00f067aa0ba902b7',
  parentSpanId: '',
  service: 'checkout',
  name: 'POST /cart',
  kind: 'server',
  startUnixNano: '1790000000000000000',
  durationNs: 12_000_000,
  status: 'unset',
  statusMessage: '',
  traceState: '',
  scopeName: '@opentelemetry/instrumentation-http',
  scopeVersion: '0.208.0',
  origin: 'sdk',
  attributes: [attributeExample],
  resourceFingerprint: 'd5d669c92fc4a992',
  events: [],
  links: [],
};

const traceExample: TraceResponse = {
  traceId,
  startUnixNano: '1790000000000000000',
  durationNs: 12_000_000,
  spans: [spanExample],
  spanCount: 1,
  errorCount: 0,
  serviceCount: 1,
  truncated: false,
  resources: { d5d669c92fc4a992: [attributeExample] },
  cost,
};

export const TraceSchema: z.ZodType<WireShape<TraceResponse>> = z
  .strictObject({
    traceId: z.string(),
    startUnixNano: z.string(),
    durationNs: z.number(),
    spans: z.array(SpanSchema),
    spanCount: z.number(),
    errorCount: z.number(),
    serviceCount: z.number(),
    truncated: z.boolean(),
    resources: z.record(z.string(), z.array(AttributeSchema)),
    cost: QueryCostSchema,
  })
  .openapi('TraceResponse', { example: traceExample });
