import { z } from 'zod';
import { duration } from './fields/duration.ts';

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
}

/** `service.telemetry`. What is accepted and not used yet keeps upstream's files loading. */
export interface OwnTelemetryConfig {
  readonly logs: LogConfig;
  readonly metricsLevel: 'none' | 'basic' | 'normal' | 'detailed';
  readonly resource: Readonly<Record<string, unknown>>;
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

const LOGS = z
  .strictObject({
    level: z.string().toLowerCase().pipe(z.enum(ZAP_LEVELS)).default('info'),
    encoding: z.enum(['console', 'json']).default('console'),
    development: z.boolean().default(false),
    disable_caller: z.boolean().default(false),
    disable_stacktrace: z.boolean().default(false),
    disable_zap_resource: z.boolean().default(false),
    sampling: SAMPLING.prefault({}),
    output_paths: z.array(z.string()).default(['stderr']),
    error_output_paths: z.array(z.string()).default(['stderr']),
    initial_fields: z.record(z.string(), z.unknown()).default({}),
    processors: z.array(z.unknown()).default([]),
  })
  .transform(
    (raw): LogConfig => ({
      level: LEVELS.find((level) => level === raw.level) ?? 'error',
      encoding: raw.encoding,
      sampling: raw.sampling,
      initialFields: raw.initial_fields,
    }),
  );

const METRICS = z.strictObject({
  level: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['none', 'basic', 'normal', 'detailed']))
    .default('normal'),
  /** Ignored upstream since 0.123, and still in many files. */
  address: z.string().optional(),
  readers: z.array(z.unknown()).optional(),
  views: z.array(z.unknown()).optional(),
});

const TRACES = z.strictObject({
  level: z.string().optional(),
  propagators: z.array(z.string()).optional(),
  processors: z.array(z.unknown()).optional(),
  sampler: z.unknown().optional(),
});

export const OwnTelemetrySchema: z.ZodType<OwnTelemetryConfig> = z
  .strictObject({
    logs: LOGS.prefault({}),
    metrics: METRICS.prefault({}),
    traces: TRACES.prefault({}),
    resource: z.record(z.string(), z.unknown()).default({}),
  })
  .superRefine((raw, context) => {
    if (raw.metrics.level !== 'none' && raw.metrics.readers?.length === 0) {
      context.addIssue({
        code: 'custom',
        path: ['metrics'],
        message: 'collector telemetry metrics reader should exist when metric level is not none',
      });
    }
  })
  .transform(
    (raw): OwnTelemetryConfig => ({
      logs: raw.logs,
      metricsLevel: raw.metrics.level,
      resource: raw.resource,
    }),
  );
