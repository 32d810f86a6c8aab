import {
  duration,
  formatDuration,
  nullMeansDefaults,
  refuseMeaning,
  section,
  textList,
} from '@sonde/pipeline';
import { z } from 'zod';
import { type Dimension, dimensionProblem } from './dimension.ts';

export type Unit = 'ms' | 's';

export interface SpanMetricsConfig {
  readonly dimensions: readonly Dimension[];
  readonly calls_dimensions: readonly Dimension[];
  readonly exclude_dimensions: readonly string[];
  readonly dimensions_cache_size: number;
  readonly resource_metrics_cache_size: number;
  readonly resource_metrics_key_attributes: readonly string[];
  readonly aggregation_temporality: string;
  readonly histogram: HistogramConfig;
  /** Milliseconds; 0 hands metrics on with every batch. */
  readonly metrics_flush_interval: number;
  /** Milliseconds; 0 is never. */
  readonly metrics_expiration: number;
  readonly series_expiration: number;
  readonly metric_timestamp_cache_size: number;
  readonly namespace: string;
  readonly exemplars: { readonly enabled: boolean; readonly max_per_data_point: number };
  readonly events: { readonly enabled: boolean; readonly dimensions: readonly Dimension[] };
  readonly include_instrumentation_scope: readonly string[];
  readonly aggregation_cardinality_limit: number;
  readonly add_resource_attributes: boolean;
  readonly enable_metrics_sampling_method: boolean;
}

export interface HistogramConfig {
  readonly disable: boolean;
  readonly unit: Unit;
  readonly exponential?: { readonly max_size: number } | undefined;
  /** Milliseconds. */
  readonly explicit?: { readonly buckets?: readonly number[] | undefined } | undefined;
  readonly dimensions: readonly Dimension[];
}

export const DELTA = 'AGGREGATION_TEMPORALITY_DELTA';
const CUMULATIVE = 'AGGREGATION_TEMPORALITY_CUMULATIVE';
const CACHE_SIZE = 1000;
const DIMENSIONS_MAX = 1000;
const BUCKETS_MAX = 10_000;

const dimensions = z
  .array(
    z
      .strictObject({
        name: z.string().default(''),
        default: z.string().nullish(),
        glob: z.string().default(''),
      })
      .transform(({ name, glob, default: fallback }): Dimension => {
        return { name, glob, ...(typeof fallback === 'string' && { default: fallback }) };
      }),
  )
  .max(DIMENSIONS_MAX)
  .nullish()
  .transform((list): readonly Dimension[] => list ?? []);

const unit = z.string().transform((text, context): Unit => {
  const known = text.toLowerCase();
  if (known === 'ms' || known === 's') return known;
  context.addIssue({
    code: 'custom',
    message: `unknown Unit ${JSON.stringify(known)}, allowed units are "ms" and "s"`,
  });
  return z.NEVER;
});

const histogram: z.ZodType<HistogramConfig> = nullMeansDefaults(
  z.strictObject({
    disable: z.boolean().default(false),
    unit: unit.prefault('ms'),
    exponential: section(z.strictObject({ max_size: z.int().default(0) }), { absent: 'off' }),
    explicit: section(
      z
        .strictObject({ buckets: z.array(duration()).max(BUCKETS_MAX).nullish() })
        .transform(({ buckets }): { readonly buckets?: readonly number[] } =>
          buckets ? { buckets } : {},
        ),
      { absent: 'off' },
    ),
    dimensions,
  }),
);

const fields = z.strictObject({
  dimensions,
  calls_dimensions: dimensions,
  exclude_dimensions: textList(),
  dimensions_cache_size: z.int().default(0),
  resource_metrics_cache_size: z.int().default(CACHE_SIZE),
  resource_metrics_key_attributes: textList(),
  aggregation_temporality: z.string().default(CUMULATIVE),
  histogram,
  metrics_flush_interval: duration('60s'),
  metrics_expiration: duration('0s'),
  series_expiration: duration('0s'),
  metric_timestamp_cache_size: z.int().default(CACHE_SIZE),
  namespace: z.string().default('traces.span.metrics'),
  exemplars: nullMeansDefaults(
    z.strictObject({
      enabled: z.boolean().default(false),
      max_per_data_point: z.int().default(5),
    }),
  ),
  events: nullMeansDefaults(z.strictObject({ enabled: z.boolean().default(false), dimensions })),
  include_instrumentation_scope: textList(),
  aggregation_cardinality_limit: z.int().default(0),
  add_resource_attributes: z.boolean().default(false),
  enable_metrics_sampling_method: z.boolean().default(false),
});

export const SpanMetricsConfigSchema: z.ZodType<SpanMetricsConfig> = nullMeansDefaults(
  fields.superRefine((config, context) => {
    const problem = problemOf(config);
    if (problem !== undefined) refuseMeaning(context, { text: problem });
  }),
);

/** What makes no sense, in upstream's words and order. */
function problemOf(config: SpanMetricsConfig): string | undefined {
  return dimensionsProblem(config) ?? intervalProblem(config) ?? limitProblem(config);
}

function dimensionsProblem(config: SpanMetricsConfig): string | undefined {
  const { events, histogram: of } = config;
  const lists: readonly (readonly [string, readonly Dimension[]])[] = [
    ['dimensions', config.dimensions],
    ['calls dimensions', config.calls_dimensions],
    ['histogram dimensions', of.dimensions],
  ];
  for (const [what, list] of lists) {
    const problem = dimensionProblem(list);
    if (problem !== undefined) return `failed validating ${what}: ${problem}`;
  }
  if (events.enabled) {
    const none = events.dimensions.length === 0 ? 'no dimensions configured for events' : undefined;
    const problem = none ?? dimensionProblem(events.dimensions);
    if (problem !== undefined) return `failed validating event dimensions: ${problem}`;
  }
  if (of.explicit === undefined || of.exponential === undefined) return undefined;
  return 'use either `explicit` or `exponential` buckets histogram';
}

function intervalProblem(config: SpanMetricsConfig): string | undefined {
  const keys = ['metrics_flush_interval', 'metrics_expiration', 'series_expiration'] as const;
  const key = keys.find((each) => config[each] < 0);
  if (key === undefined) return undefined;
  return `invalid ${key}: ${formatDuration(config[key])}, the duration should be positive`;
}

function limitProblem(config: SpanMetricsConfig): string | undefined {
  const { metric_timestamp_cache_size: size, aggregation_cardinality_limit: limit } = config;
  if (config.aggregation_temporality === DELTA && size <= 0) {
    return `invalid delta timestamp cache size: ${size}, the maximum number of the items in the cache should be positive`;
  }
  if (limit < 0) {
    return `invalid aggregation_cardinality_limit: ${limit}, the limit should be positive`;
  }
  const { enabled, max_per_data_point: exemplars } = config.exemplars;
  if (enabled && exemplars < 0) {
    return `invalid max_per_data_point: ${exemplars}, the value should be positive`;
  }
  // Upstream hears of it when it makes its cache.
  if (config.resource_metrics_cache_size <= 0) return 'must provide a positive size';
  return undefined;
}
