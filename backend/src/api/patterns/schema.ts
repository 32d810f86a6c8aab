import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import type {
  PatternChangeRequest,
  PatternChangeResponse,
  PatternDecision,
  PatternSummary,
  PatternsResponse,
  PatternValuesResponse,
} from '../contract/index.ts';

const NAME_LENGTH_MAX = 200;
const KEEP_ONE_IN_MAX = 1_000_000;

const decision: z.ZodType<PatternDecision> = z.strictObject({
  name: z.string(),
  isMuted: z.boolean(),
  isPinned: z.boolean(),
  keepOneIn: z.number(),
  alsoErrors: z.boolean(),
  savedBytesADay: z.number(),
});

const pattern: z.ZodType<PatternSummary> = z.strictObject({
  id: z.string(),
  service: z.string(),
  template: z.string(),
  sample: z.string(),
  count: z.number(),
  share: z.number(),
  bytes: z.number(),
  severityNumber: z.number(),
  trend: z.array(z.number()),
  firstSeenMs: z.number().nullable(),
  lastSeenMs: z.number(),
  change: z.enum(['new', 'gone', 'more', 'less', 'same']),
  baselineCount: z.number(),
  expectedCount: z.number(),
  decision,
  merged: z.array(z.string()),
});

const cost = { elapsedMs: 12, rowsRead: 8192, bytesRead: 262_144 };
const undecided: PatternDecision = {
  ...{ name: '', isMuted: false, isPinned: false },
  ...{ keepOneIn: 1, alsoErrors: false, savedBytesADay: 0 },
};

const patternsExample: PatternsResponse = {
  fromMs: 1_790_000_000_000,
  stepMs: 60_000,
  patterns: [
    {
      id: 'a88dfafcb814d632',
      service: 'checkout',
      template: 'payment <*> refused after <*> ms',
      sample: 'payment 17 refused after 12 ms',
      count: 240,
      share: 0.12,
      bytes: 7200,
      severityNumber: 17,
      trend: [120, 120],
      firstSeenMs: 1_789_000_000_000,
      lastSeenMs: 1_790_000_119_000,
      change: 'more',
      baselineCount: 20,
      expectedCount: 20,
      decision: undecided,
      merged: [],
    },
  ],
  patternCount: 1,
  total: 2000,
  baselineTotal: 1800,
  unpatterned: 0,
  versions: ['1.2.0', '1.1.0'],
  cost,
};

export const PatternsSchema: z.ZodType<PatternsResponse> = z
  .strictObject({
    fromMs: z.number(),
    stepMs: z.number(),
    patterns: z.array(pattern),
    patternCount: z.number(),
    total: z.number(),
    baselineTotal: z.number(),
    unpatterned: z.number(),
    versions: z.array(z.string()),
    cost: QueryCostSchema,
  })
  .openapi('PatternsResponse', { example: patternsExample });

const valuesExample: PatternValuesResponse = {
  lines: 240,
  distinct: 17,
  values: [{ value: '12 ms', count: 40 }],
  numbers: { min: 1, p50: 12, p95: 80, max: 201 },
  cost,
};

export const PatternValuesSchema: z.ZodType<PatternValuesResponse> = z
  .strictObject({
    lines: z.number(),
    distinct: z.number(),
    values: z.array(z.strictObject({ value: z.string(), count: z.number() })),
    numbers: z
      .strictObject({ min: z.number(), p50: z.number(), p95: z.number(), max: z.number() })
      .nullable(),
    cost: QueryCostSchema,
  })
  .openapi('PatternValuesResponse', { example: valuesExample });

export const patternId: z.ZodType<string> = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'must be 16 hex digits');

export const PatternChangeRequestSchema: z.ZodType<PatternChangeRequest> = z
  .strictObject({
    service: z.string().max(1024),
    id: patternId,
    name: z.string().max(NAME_LENGTH_MAX).exactOptional(),
    isMuted: z.boolean().exactOptional(),
    isPinned: z.boolean().exactOptional(),
    mergedInto: patternId.nullable().exactOptional(),
    keepOneIn: z.number().int().min(0).max(KEEP_ONE_IN_MAX).exactOptional(),
    alsoErrors: z.boolean().exactOptional(),
  })
  .openapi('PatternChangeRequest', {
    example: { service: 'checkout', id: 'a88dfafcb814d632', isMuted: true },
  });

export const PatternChangeSchema: z.ZodType<PatternChangeResponse> = z
  .strictObject({ settingsVersion: z.number(), decision })
  .openapi('PatternChangeResponse', {
    example: { settingsVersion: 4, decision: { ...undecided, isMuted: true } },
  });
