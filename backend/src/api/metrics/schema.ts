import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import type {
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
};

export const MetricsSchema: z.ZodType<MetricsResponse> = z
  .strictObject({ metrics: z.array(MetricInfoSchema), cost: QueryCostSchema })
  .openapi('MetricsResponse', { example: { metrics: [metric], cost } });

const SeriesSchema: z.ZodType<MetricSeries> = z.strictObject({
  labels: z.record(z.string(), z.string()),
  values: z.array(z.number().nullable()),
});

const queryExample: MetricQueryResponse = {
  metric,
  aggregation: 'rate',
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
    aggregation: z.enum(['avg', 'sum', 'min', 'max', 'rate']),
    fromMs: z.number(),
    toMs: z.number(),
    stepMs: z.number(),
    series: z.array(SeriesSchema),
    seriesTotal: z.number(),
    labelKeys: z.array(z.string()),
    cost: QueryCostSchema,
  })
  .openapi('MetricQueryResponse', { example: queryExample });
