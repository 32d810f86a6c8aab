import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import { AttributeSchema, attributeExample } from '../attribute-schema.ts';
import type { LogRecord, LogsResponse } from '../contract/index.ts';
import type { WireShape } from '../wire-shape.ts';

const LogRecordSchema: z.ZodType<LogRecord> = z.strictObject({
  timeUnixNano: z.string(),
  observedTimeUnixNano: z.string(),
  service: z.string(),
  severityNumber: z.number(),
  severityText: z.string(),
  body: z.string(),
  eventName: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  scopeName: z.string(),
  attributes: z.array(AttributeSchema),
  resourceFingerprint: z.string(),
});

const example: LogsResponse = {
  records: [
    {
      timeUnixNano: '1790000000000000000',
      observedTimeUnixNano: '1790000000000120000',
      service: 'checkout',
      severityNumber: 17,
      severityText: 'ERROR',
      body: 'payment refused: card expired',
      eventName: '',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      scopeName: 'checkout',
      attributes: [attributeExample],
      resourceFingerprint: 'd5d669c92fc4a992',
    },
  ],
  histogram: { stepMs: 60_000, fromMs: 1_790_000_000_000, error: [1], warn: [0], other: [0] },
  cost: { elapsedMs: 12, rowsRead: 8192, bytesRead: 262_144 },
};

export const LogsSchema: z.ZodType<WireShape<LogsResponse>> = z
  .strictObject({
    records: z.array(LogRecordSchema),
    nextCursor: z.string().optional(),
    histogram: z.strictObject({
      stepMs: z.number(),
      fromMs: z.number(),
      error: z.array(z.number()),
      warn: z.array(z.number()),
      other: z.array(z.number()),
    }),
    cost: QueryCostSchema,
  })
  .openapi('LogsResponse', { example });
