import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import type {
  LatencyHeatmap,
  OperationSummary,
  ServiceDetailResponse,
  ServiceSummary,
  ServicesResponse,
} from '../contract/index.ts';
import type { WireShape } from '../wire-shape.ts';

const OriginSchema = z.enum(['sdk', 'ebpf', 'derived']);
const numbers = z.array(z.number());

const cost = { elapsedMs: 12, rowsRead: 8192, bytesRead: 262_144 };
const range = { fromMs: 1_790_000_000_000, toMs: 1_790_000_120_000, stepMs: 60_000 };
const quantiles = { durationP50Ns: 2_100_000, durationP95Ns: 9_800_000, durationP99Ns: 31_000_000 };

const ServiceSummarySchema: z.ZodType<WireShape<ServiceSummary>> = z.strictObject({
  service: z.string(),
  namespace: z.string(),
  environment: z.string(),
  origin: OriginSchema,
  requests: z.number(),
  errors: z.number(),
  requestsPerSecond: z.number(),
  errorRatio: z.number(),
  durationP50Ns: z.number(),
  durationP95Ns: z.number(),
  durationP99Ns: z.number(),
  requestsByStep: numbers,
  errorsByStep: numbers,
  sampled: z.boolean(),
  own: z.boolean(),
  before: z
    .strictObject({
      requestsPerSecond: z.number(),
      errorRatio: z.number(),
      durationP95Ns: z.number(),
    })
    .optional(),
});

const servicesExample: ServicesResponse = {
  ...range,
  services: [
    {
      service: 'checkout',
      namespace: 'shop',
      environment: 'production',
      origin: 'sdk',
      requests: 240,
      errors: 3,
      requestsPerSecond: 2,
      errorRatio: 0.0125,
      ...quantiles,
      requestsByStep: [110, 130],
      errorsByStep: [0, 3],
      sampled: false,
      own: false,
      before: { requestsPerSecond: 1.9, errorRatio: 0.001, durationP95Ns: 9_100_000 },
    },
  ],
  cost,
};

export const ServicesSchema: z.ZodType<WireShape<ServicesResponse>> = z
  .strictObject({
    fromMs: z.number(),
    toMs: z.number(),
    stepMs: z.number(),
    services: z.array(ServiceSummarySchema),
    cost: QueryCostSchema,
  })
  .openapi('ServicesResponse', { example: servicesExample });

const OperationSchema: z.ZodType<OperationSummary> = z.strictObject({
  name: z.string(),
  kind: z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']),
  requests: z.number(),
  errors: z.number(),
  durationP50Ns: z.number(),
  durationP95Ns: z.number(),
  durationP99Ns: z.number(),
});

export const HeatmapSchema: z.ZodType<LatencyHeatmap> = z.strictObject({
  bucketsNs: numbers,
  counts: z.array(numbers),
  errors: z.array(numbers),
});

const detailExample: ServiceDetailResponse = {
  ...range,
  service: 'checkout',
  seen: true,
  sampled: false,
  operations: [{ name: 'POST /cart', kind: 'server', requests: 240, errors: 3, ...quantiles }],
  requestsByStep: [110, 130],
  errorsByStep: [0, 3],
  durationP50NsByStep: [2_000_000, 2_200_000],
  durationP95NsByStep: [9_000_000, 11_000_000],
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
  cost,
};

export const ServiceDetailSchema: z.ZodType<ServiceDetailResponse> = z
  .strictObject({
    fromMs: z.number(),
    toMs: z.number(),
    stepMs: z.number(),
    service: z.string(),
    seen: z.boolean(),
    sampled: z.boolean(),
    operations: z.array(OperationSchema),
    requestsByStep: numbers,
    errorsByStep: numbers,
    durationP50NsByStep: z.array(z.number().nullable()),
    durationP95NsByStep: z.array(z.number().nullable()),
    heatmap: HeatmapSchema,
    cost: QueryCostSchema,
  })
  .openapi('ServiceDetailResponse', { example: detailExample });
