import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import type {
  DeadLetterStatus,
  PartStatus,
  RefusalStatus,
  SenderStatus,
  SendersResponse,
  SignalStatus,
  StatusResponse,
} from '../contract/index.ts';
import { DETACHED_EXAMPLE, DetachedPartsSchema } from '../storage/schema.ts';

const PartSchema: z.ZodType<PartStatus> = z.strictObject({
  name: z.string(),
  state: z.enum(['ok', 'degraded', 'down']),
  detail: z.string(),
});

const SignalSchema: z.ZodType<SignalStatus> = z.strictObject({
  signal: z.enum(['traces', 'metrics', 'logs']),
  rowsLastFiveMinutes: z.number(),
  ownRowsLastFiveMinutes: z.number(),
  lastReceivedMs: z.number().nullable(),
  storedBytes: z.number(),
  storedRows: z.number(),
});

const RefusalSchema: z.ZodType<RefusalStatus> = z.strictObject({
  receiver: z.string(),
  signal: z.string(),
  transport: z.string(),
  code: z.string(),
  lastFiveMinutes: z.number(),
  sinceStart: z.number(),
});

const DeadLetterSchema: z.ZodType<DeadLetterStatus> = z.strictObject({
  buffer: z.enum(['embedded', 'kafka']),
  code: z.string(),
  signal: z.string(),
  tenant: z.string(),
  reason: z.string(),
  count: z.number(),
});

const example: StatusResponse = {
  version: '0.1.0',
  startedMs: 1_790_000_000_000,
  endpoints: {
    otlpGrpc: 'http://127.0.0.1:4317',
    otlpHttp: 'http://127.0.0.1:4318',
    clickhouse: 'http://127.0.0.1:8123',
    page: 'http://127.0.0.1:8080',
  },
  parts: [{ name: 'store', state: 'ok', detail: 'keeps telemetry' }],
  signals: [
    {
      signal: 'traces',
      rowsLastFiveMinutes: 120,
      ownRowsLastFiveMinutes: 40,
      lastReceivedMs: 1_790_000_060_000,
      storedBytes: 52_000,
      storedRows: 160,
    },
  ],
  refusals: [
    {
      ...{ receiver: 'otlp', signal: 'logs', transport: 'http', code: 'TOO_LARGE' },
      ...{ lastFiveMinutes: 3, sinceStart: 12 },
    },
  ],
  deadLetters: 2,
  deadLetterKinds: [
    {
      ...{ buffer: 'kafka', code: 'INVALID_DATA', signal: 'logs', tenant: 'default', count: 2 },
      reason: 'malformed OTLP at byte 1: wire type 4',
    },
  ],
  detached: [DETACHED_EXAMPLE],
  bufferLag: 0,
  telemetryOfOthersSeen: true,
};

export const StatusSchema: z.ZodType<StatusResponse> = z
  .strictObject({
    version: z.string(),
    startedMs: z.number(),
    endpoints: z.strictObject({
      otlpGrpc: z.string(),
      otlpHttp: z.string(),
      clickhouse: z.string(),
      page: z.string(),
    }),
    parts: z.array(PartSchema),
    signals: z.array(SignalSchema),
    refusals: z.array(RefusalSchema),
    deadLetters: z.number(),
    deadLetterKinds: z.array(DeadLetterSchema),
    detached: z.array(DetachedPartsSchema),
    bufferLag: z.number(),
    telemetryOfOthersSeen: z.boolean(),
  })
  .openapi('StatusResponse', { example });

const SenderSchema: z.ZodType<SenderStatus> = z.strictObject({
  service: z.string(),
  namespace: z.string(),
  instance: z.string(),
  host: z.string(),
  lastReceivedMs: z.number(),
  receiptLagMs: z.number().nullable(),
});

const sendersExample: SendersResponse = {
  senders: [
    {
      ...{ service: 'checkout', namespace: 'shop', instance: 'checkout-0', host: 'node-1' },
      ...{ lastReceivedMs: 1_790_000_060_000, receiptLagMs: -4200 },
    },
  ],
  senderTotal: 1,
  cost: { elapsedMs: 9, rowsRead: 410, bytesRead: 32_000 },
};

export const SendersSchema: z.ZodType<SendersResponse> = z
  .strictObject({
    senders: z.array(SenderSchema),
    senderTotal: z.number(),
    cost: QueryCostSchema,
  })
  .openapi('SendersResponse', { example: sendersExample });
