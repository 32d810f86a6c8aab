import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import { AttributeSchema, attributeExample } from '../attribute-schema.ts';
import type {
  LogFacet,
  LogFacetsResponse,
  LogFieldName,
  LogFieldsResponse,
  LogHistogramResponse,
  LogRecord,
  LogRecordResponse,
  LogSurroundingsResponse,
  LogsResponse,
  LogValuesResponse,
} from '../contract/index.ts';
import type { WireShape } from '../wire-shape.ts';

const LogRecordSchema: z.ZodType<LogRecord> = z.strictObject({
  id: z.string(),
  timeUnixNano: z.string(),
  observedTimeUnixNano: z.string(),
  service: z.string(),
  namespace: z.string(),
  environment: z.string(),
  host: z.string(),
  instance: z.string(),
  severityNumber: z.number(),
  severityText: z.string(),
  body: z.string(),
  bodyBytes: z.number(),
  eventName: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  scopeName: z.string(),
  attributes: z.array(AttributeSchema),
  resourceFingerprint: z.string(),
  resource: z.record(z.string(), z.string()).optional(),
});

const cost = { elapsedMs: 12, rowsRead: 8192, bytesRead: 262_144 };
const record: LogRecord = {
  id: 'WyIxNzkwMDAwMDAwMDAwMDAwMDAwIiwxNCwiMSIsIjAiXQ',
  timeUnixNano: '1790000000000000000',
  observedTimeUnixNano: '1790000000000120000',
  service: 'checkout',
  namespace: 'shop',
  environment: 'production',
  host: 'node-3',
  instance: 'checkout-7d9f',
  severityNumber: 17,
  severityText: 'ERROR',
  body: 'payment refused: card expired',
  bodyBytes: 29,
  eventName: '',
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  scopeName: 'checkout',
  attributes: [attributeExample],
  resourceFingerprint: 'd5d669c92fc4a992',
};

export const LogsSchema: z.ZodType<WireShape<LogsResponse>> = z
  .strictObject({
    records: z.array(LogRecordSchema),
    nextCursor: z.string().optional(),
    scannedFromMs: z.number(),
    cost: QueryCostSchema,
  })
  .openapi('LogsResponse', {
    example: { records: [record], scannedFromMs: 1_789_999_100_000, cost },
  });

const histogramExample: LogHistogramResponse = {
  by: 'level',
  fromMs: 1_790_000_000_000,
  stepMs: 60_000,
  series: [{ value: 'error', isRest: false, total: 3, counts: [1, 2] }],
  total: 3,
  sampled: false,
  cost,
};

export const LogHistogramSchema: z.ZodType<LogHistogramResponse> = z
  .strictObject({
    by: z.string(),
    fromMs: z.number(),
    stepMs: z.number(),
    series: z.array(
      z.strictObject({
        value: z.string(),
        isRest: z.boolean(),
        total: z.number(),
        counts: z.array(z.number()),
      }),
    ),
    total: z.number(),
    sampled: z.boolean(),
    cost: QueryCostSchema,
  })
  .openapi('LogHistogramResponse', { example: histogramExample });

const values = z.array(z.strictObject({ value: z.string(), count: z.number() }));
const facet: LogFacet = { field: 'service', values: [{ value: 'checkout', count: 512 }] };

export const LogFacetsSchema: z.ZodType<LogFacetsResponse> = z
  .strictObject({
    facets: z.array(z.strictObject({ field: z.string(), values })),
    cost: QueryCostSchema,
  })
  .openapi('LogFacetsResponse', { example: { facets: [facet], cost } });

export const LogValuesSchema: z.ZodType<LogValuesResponse> = z
  .strictObject({ field: z.string(), values, cost: QueryCostSchema })
  .openapi('LogValuesResponse', { example: { ...facet, cost } });

const FieldSchema: z.ZodType<LogFieldName> = z.strictObject({
  name: z.string(),
  on: z.enum(['field', 'log', 'resource', 'body']),
  entries: z.number(),
});

export const LogFieldsSchema: z.ZodType<LogFieldsResponse> = z
  .strictObject({ fields: z.array(FieldSchema), cost: QueryCostSchema })
  .openapi('LogFieldsResponse', {
    example: { fields: [{ name: 'http.route', on: 'log', entries: 2048 }], cost },
  });

export const LogRecordResponseSchema: z.ZodType<LogRecordResponse> = z
  .strictObject({
    record: LogRecordSchema,
    resource: z.array(AttributeSchema),
    cost: QueryCostSchema,
  })
  .openapi('LogRecordResponse', { example: { record, resource: [attributeExample], cost } });

export const LogSurroundingsSchema: z.ZodType<LogSurroundingsResponse> = z
  .strictObject({
    before: z.array(LogRecordSchema),
    record: LogRecordSchema,
    after: z.array(LogRecordSchema),
    cost: QueryCostSchema,
  })
  .openapi('LogSurroundingsResponse', { example: { before: [record], record, after: [], cost } });
