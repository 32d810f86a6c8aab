import { z } from 'zod';
import { duration } from './fields/duration.ts';
import { refuseReading } from './fields/refuse.ts';
import { type OtlpTarget, otlpTarget, PUSH_PROCESSORS } from './telemetry-exporters.ts';
import { OWN_METRICS, type OwnMetricsConfig, unknownLevel } from './telemetry-metrics.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** zap's names for what ends a process count as errors here. */
const ZAP_LEVELS = [...LEVELS, 'dpanic', 'panic', 'fatal'] as const;

/** How often equal lines are let through. */
export interface LogSamplingConfig {
  readonly tickMs: number;
  /** Lines of one text in a tick before sampling begins. */
  readonly initial: number;
  /** Of the rest, every n-th; 0 is none. */
  readonly thereafter: number;
}

export interface LogConfig {
  readonly level: (typeof LEVELS)[number];
  readonly encoding: 'console' | 'json';
  readonly sampling: LogSamplingConfig | undefined;
  readonly initialFields: Readonly<Record<string, unknown>>;
  /** Where log lines are sent too. */
  readonly targets: readonly OtlpTarget[];
}

export interface OwnTracesConfig {
  /** None: no spans are made. */
  readonly targets: readonly OtlpTarget[];
  /** Share of traces that are kept, 0 to 1. */
  readonly samplingRatio: number;
}

/** Attributes over the defaults; null takes a default away. */
export type OwnResource = Readonly<Record<string, string | number | boolean | null>>;

/** `service.telemetry`. */
export interface OwnTelemetryConfig {
  readonly logs: LogConfig;
  readonly metrics: OwnMetricsConfig;
  readonly traces: OwnTracesConfig;
  readonly resource: OwnResource;
}

const SAMPLING = z
  .strictObject({
    enabled: z.boolean().default(true),
    tick: duration('10s'),
    initial: z.int().min(0).default(10),
    thereafter: z.int().min(0).default(100),
  })
  .transform((raw): LogSamplingConfig | undefined =>
    raw.enabled
      ? { tickMs: raw.tick, initial: raw.initial, thereafter: raw.thereafter }
      : undefined,
  );

function quoted(input: unknown): string {
  return JSON.stringify(input) ?? '';
}

const LOGS = z
  .strictObject({
    level: z
      .string()
      .toLowerCase()
      .pipe(z.enum(ZAP_LEVELS, { error: ({ input }) => `unrecognized level: ${quoted(input)}` }))
      .default('info'),
    encoding: z
      .enum(['console', 'json'], {
        error: ({ input }) => `no encoder registered for name ${quoted(input)}`,
      })
      .default('console'),
    development: z.boolean().default(false),
    disable_caller: z.boolean().default(false),
    disable_stacktrace: z.boolean().default(false),
    disable_zap_resource: z.boolean().default(false),
    sampling: SAMPLING.prefault({}),
    output_paths: z.array(z.string()).default(['stderr']),
    error_output_paths: z.array(z.string()).default(['stderr']),
    initial_fields: z.record(z.string(), z.unknown()).default({}),
    processors: PUSH_PROCESSORS,
  })
  .transform(
    (raw): LogConfig => ({
      level: LEVELS.find((level) => level === raw.level) ?? 'error',
      encoding: raw.encoding,
      sampling: raw.sampling,
      initialFields: raw.initial_fields,
      targets: raw.processors.map(({ otlp }) => otlpTarget(otlp, 'logs')),
    }),
  );

const SAMPLER = z
  .strictObject({
    always_on: z.unknown().optional(),
    always_off: z.unknown().optional(),
    trace_id_ratio_based: z.strictObject({ ratio: z.number().min(0).max(1) }).optional(),
    parent_based: z
      .strictObject({
        root: z
          .strictObject({
            always_on: z.unknown().optional(),
            always_off: z.unknown().optional(),
            trace_id_ratio_based: z.strictObject({ ratio: z.number().min(0).max(1) }).optional(),
          })
          .optional(),
      })
      .optional(),
  })
  .transform((raw): number => {
    const root = raw.parent_based?.root ?? raw;
    if ('always_off' in root) return 0;
    return root.trace_id_ratio_based?.ratio ?? 1;
  });

const TRACES = z
  .strictObject({
    level: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['none', 'basic', 'normal', 'detailed'], { error: unknownLevel }))
      .default('basic'),
    propagators: z.array(z.string()).default([]),
    processors: PUSH_PROCESSORS,
    sampler: SAMPLER.optional(),
  })
  .transform(
    (raw): OwnTracesConfig => ({
      targets:
        raw.level === 'none' ? [] : raw.processors.map(({ otlp }) => otlpTarget(otlp, 'traces')),
      samplingRatio: raw.sampler ?? 1,
    }),
  );

const RESOURCE_VALUE = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Both forms: a map of attributes, and `attributes: [{name, value}]`. Null takes a default away. */
const RESOURCE = z
  .looseObject({
    schema_url: z.string().optional(),
    attributes: z
      .array(
        z.strictObject({ name: z.string(), value: RESOURCE_VALUE, type: z.string().optional() }),
      )
      .optional(),
  })
  .transform((raw, context): OwnResource => {
    const { schema_url: _schemaUrl, attributes = [], ...inline } = raw;
    const plain = z.record(z.string(), RESOURCE_VALUE).safeParse(inline);
    if (!plain.success) {
      refuseReading(context, { text: 'resource attributes must be texts, numbers or booleans' });
      return z.NEVER;
    }
    return {
      ...plain.data,
      ...Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
    };
  });

export const OwnTelemetrySchema: z.ZodType<OwnTelemetryConfig> = z.strictObject({
  logs: LOGS.prefault({}),
  metrics: OWN_METRICS.prefault({}),
  traces: TRACES.prefault({}),
  resource: RESOURCE.prefault({}),
});
