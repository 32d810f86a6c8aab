import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import type {
  CardinalityResponse,
  ExemplarsResponse,
  LabelValuesResponse,
  MetricHeatmapResponse,
  MetricInfo,
  MetricQueryResponse,
  MetricSeries,
  MetricsResponse,
} from '../contract/index.ts';

const cost = { elapsedMs: 12, rowsRead: 8192, bytesRead: 262_144 };

const MetricInfoSchema: z.ZodType<MetricInfo> = z.strictObject({
  name: z.string(),
  type: z.enum(['gauge', 'sum', 'histogram', 'exponential_histogram', 'summary']),
  unit: z.string(),
  description: z.string(),
  temporality: z.enum(['unspecified', 'delta', 'cumulative']),
  isMonotonic: z.boolean(),
  services: z.array(z.string()),
  own: z.boolean(),
  seriesCount: z.number(),
  scopes: z.array(z.string()),
  lastSeenMs: z.number(),
});

const metric: MetricInfo = {
  name: 'http.server.requests',
  type: 'sum',
  unit: '{request}',
  description: 'Requests served.',
  temporality: 'cumulative',
  isMonotonic: true,
  services: ['checkout'],
  own: false,
  seriesCount: 12,
  scopes: ['@opentelemetry/instrumentation-http'],
  lastSeenMs: 1_790_000_118_000,
};

export const MetricsSchema: z.ZodType<MetricsResponse> = z
  .strictObject({ metrics: z.array(MetricInfoSchema), cost: QueryCostSchema })
  .openapi('MetricsResponse', { example: { metrics: [metric], cost } });

const SeriesSchema: z.ZodType<MetricSeries> = z.strictObject({
  labels: z.record(z.string(), z.string()),
  values: z.array(z.number().nullable()),
});

const AggregationSchema: z.ZodType<MetricQueryResponse['aggregation']> = z.enum([
  ...(['avg', 'sum', 'min', 'max', 'rate', 'increase', 'count'] as const),
  ...(['p50', 'p75', 'p90', 'p95', 'p99'] as const),
]);
const PathSchema: z.ZodType<MetricQueryResponse['path']> = z.enum(['points', 'roll-ups']);

const queryExample: MetricQueryResponse = {
  metric,
  aggregation: 'rate',
  path: 'points',
  fromMs: 1_790_000_000_000,
  toMs: 1_790_000_120_000,
  stepMs: 60_000,
  series: [{ labels: { 'http.route': '/cart' }, values: [1.5, null] }],
  seriesTotal: 1,
  labelKeys: ['http.route', 'service.name'],
  cost,
};

export const MetricQuerySchema: z.ZodType<MetricQueryResponse> = z
  .strictObject({
    metric: MetricInfoSchema,
    aggregation: AggregationSchema,
    path: PathSchema,
    fromMs: z.number(),
    toMs: z.number(),
    stepMs: z.number(),
    series: z.array(SeriesSchema),
    seriesTotal: z.number(),
    labelKeys: z.array(z.string()),
    cost: QueryCostSchema,
  })
  .openapi('MetricQueryResponse', { example: queryExample });

const heatmapExample: MetricHeatmapResponse = {
  metric: { ...metric, name: 'http.server.request.duration', type: 'histogram', unit: 's' },
  path: 'points',
  fromMs: 1_790_000_000_000,
  toMs: 1_790_000_120_000,
  stepMs: 60_000,
  bounds: [0.1, 0.5],
  counts: [
    [4, 1, 0],
    [3, 0, 1],
  ],
  cost,
};

export const MetricHeatmapSchema: z.ZodType<MetricHeatmapResponse> = z
  .strictObject({
    metric: MetricInfoSchema,
    path: PathSchema,
    fromMs: z.number(),
    toMs: z.number(),
    stepMs: z.number(),
    bounds: z.array(z.number()),
    counts: z.array(z.array(z.number())),
    cost: QueryCostSchema,
  })
  .openapi('MetricHeatmapResponse', { example: heatmapExample });

const labels = z.record(z.string(), z.string());
const exemplarsExample: ExemplarsResponse = {
  exemplars: [
    {
      timeMs: 1_790_000_000_000,
      value: 0.31,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      service: 'checkout',
      labels: { 'http.route': '/cart' },
    },
  ],
  cost,
};

export const ExemplarsSchema: z.ZodType<ExemplarsResponse> = z
  .strictObject({
    exemplars: z.array(
      z.strictObject({
        timeMs: z.number(),
        value: z.number(),
        traceId: z.string(),
        spanId: z.string(),
        service: z.string(),
        labels,
      }),
    ),
    cost: QueryCostSchema,
  })
  .openapi('ExemplarsResponse', { example: exemplarsExample });

export const LabelValuesSchema: z.ZodType<LabelValuesResponse> = z
  .strictObject({
    values: z.array(z.strictObject({ value: z.string(), count: z.number() })),
    cost: QueryCostSchema,
  })
  .openapi('LabelValuesResponse', { example: { values: [{ value: '/cart', count: 2 }], cost } });

const cardinalityExample: CardinalityResponse = {
  seriesTotal: 512,
  seriesNew: 3,
  metrics: [
    {
      name: 'http.server.requests',
      service: 'checkout',
      seriesCount: 12,
      labels: [{ key: 'http.route', valueCount: 6 }],
    },
  ],
  cost,
};

export const CardinalitySchema: z.ZodType<CardinalityResponse> = z
  .strictObject({
    seriesTotal: z.number(),
    seriesNew: z.number(),
    metrics: z.array(
      z.strictObject({
        name: z.string(),
        service: z.string(),
        seriesCount: z.number(),
        labels: z.array(z.strictObject({ key: z.string(), valueCount: z.number() })),
      }),
    ),
    cost: QueryCostSchema,
  })
  .openapi('CardinalityResponse', { example: cardinalityExample });
