import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import type {
  AttributeKeysResponse,
  AttributeValuesResponse,
  BackLinksResponse,
  SpanGroup,
  SpanGroupsResponse,
  SpanHeatmapResponse,
  SpanPeersResponse,
  SpanSummary,
  SpansResponse,
} from '../contract/index.ts';
import { HeatmapSchema } from '../services/schema.ts';
import type { WireShape } from '../wire-shape.ts';

const cost = { elapsedMs: 12, rowsRead: 8192, bytesRead: 262_144 };
const numbers = z.array(z.number());

const SpanSummarySchema: z.ZodType<SpanSummary> = z.strictObject({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string(),
  service: z.string(),
  name: z.string(),
  kind: z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']),
  startUnixNano: z.string(),
  durationNs: z.number(),
  status: z.enum(['unset', 'ok', 'error']),
  statusMessage: z.string(),
});

const spansExample: SpansResponse = {
  spans: [
    {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      parentSpanId: '',
      service: 'checkout',
      name: 'POST /cart',
      kind: 'server',
      startUnixNano: '1790000000000000000',
      durationNs: 12_000_000,
      status: 'unset',
      statusMessage: '',
    },
  ],
  nextCursor: 'WyIxNzkwMDAwMDAwMDAwMDAwMDAwIl0',
  scannedFromMs: 1_790_000_000_000,
  cost,
};

export const SpansSchema: z.ZodType<WireShape<SpansResponse>> = z
  .strictObject({
    spans: z.array(SpanSummarySchema),
    nextCursor: z.string().optional(),
    scannedFromMs: z.number(),
    cost: QueryCostSchema,
  })
  .openapi('SpansResponse', { example: spansExample });

const heatmapExample: SpanHeatmapResponse = {
  fromMs: 1_790_000_000_000,
  toMs: 1_790_000_120_000,
  stepMs: 60_000,
  heatmap: {
    bucketsNs: [1_048_576, 1_246_974, 1_482_910],
    counts: [
      [60, 50],
      [70, 60],
    ],
    errors: [
      [0, 0],
      [0, 3],
    ],
  },
  requestsByStep: [110, 130],
  errorsByStep: [0, 3],
  total: 240,
  errors: 3,
  durationP50Ns: 1_200_000,
  durationP95Ns: 1_400_000,
  durationP99Ns: 1_400_000,
  sampled: false,
  path: 'rollup',
  cost,
};

export const SpanHeatmapSchema: z.ZodType<WireShape<SpanHeatmapResponse>> = z
  .strictObject({
    fromMs: z.number(),
    toMs: z.number(),
    stepMs: z.number(),
    heatmap: HeatmapSchema,
    requestsByStep: numbers,
    errorsByStep: numbers,
    total: z.number(),
    errors: z.number(),
    durationP50Ns: z.number(),
    durationP95Ns: z.number(),
    durationP99Ns: z.number(),
    sampled: z.boolean(),
    stored: z.number().optional(),
    path: z.enum(['rollup', 'raw']),
    cost: QueryCostSchema,
  })
  .openapi('SpanHeatmapResponse', { example: heatmapExample });

const SpanGroupSchema: z.ZodType<WireShape<SpanGroup>> = z.strictObject({
  value: z.string(),
  count: z.number(),
  stored: z.number(),
  perSecond: z.number(),
  errors: z.number(),
  durationP50Ns: z.number(),
  durationP90Ns: z.number(),
  durationP95Ns: z.number(),
  durationP99Ns: z.number(),
  durationMaxNs: z.number(),
  traces: z.number().optional(),
});

const groupsExample: SpanGroupsResponse = {
  groups: [
    {
      value: 'cedar',
      count: 240,
      stored: 240,
      perSecond: 2,
      errors: 3,
      durationP50Ns: 2_100_000,
      durationP90Ns: 4_000_000,
      durationP95Ns: 9_800_000,
      durationP99Ns: 31_000_000,
      durationMaxNs: 40_000_000,
    },
  ],
  groupsTotal: 3,
  cost,
};

export const SpanGroupsSchema: z.ZodType<WireShape<SpanGroupsResponse>> = z
  .strictObject({
    groups: z.array(SpanGroupSchema),
    groupsTotal: z.number(),
    cost: QueryCostSchema,
  })
  .openapi('SpanGroupsResponse', { example: groupsExample });

export const AttributeKeysSchema: z.ZodType<AttributeKeysResponse> = z
  .strictObject({
    keys: z.array(
      z.strictObject({
        key: z.string(),
        on: z.enum(['field', 'span', 'resource']),
        entries: z.number(),
      }),
    ),
    cost: QueryCostSchema,
  })
  .openapi('AttributeKeysResponse', {
    example: { keys: [{ key: 'http.route', on: 'span', entries: 4096 }], cost },
  });

export const AttributeValuesSchema: z.ZodType<AttributeValuesResponse> = z
  .strictObject({
    values: z.array(z.strictObject({ value: z.string(), count: z.number() })),
    cost: QueryCostSchema,
  })
  .openapi('AttributeValuesResponse', {
    example: { values: [{ value: '/cart', count: 512 }], cost },
  });

export const SpanPeersSchema: z.ZodType<SpanPeersResponse> = z
  .strictObject({
    peers: z.number(),
    errors: z.number(),
    shareFaster: z.number(),
    durationP50Ns: z.number(),
    durationP95Ns: z.number(),
    durationP99Ns: z.number(),
    cost: QueryCostSchema,
  })
  .openapi('SpanPeersResponse', {
    example: {
      ...{ peers: 1200, errors: 3, shareFaster: 0.97, durationP50Ns: 2_100_000 },
      ...{ durationP95Ns: 9_800_000, durationP99Ns: 31_000_000, cost },
    },
  });

export const BackLinksSchema: z.ZodType<BackLinksResponse> = z
  .strictObject({ spans: z.array(SpanSummarySchema), cost: QueryCostSchema })
  .openapi('BackLinksResponse', { example: { spans: spansExample.spans, cost } });
