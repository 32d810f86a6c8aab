import { z } from 'zod';
import { refuseMeaning } from './fields/refuse.ts';
import { OTLP_EXPORTER, type OtlpTarget, otlpTarget } from './telemetry-exporters.ts';

/** How much Sonde tells of itself; each level has all of the one before. */
export type MetricsLevel = 'none' | 'basic' | 'normal' | 'detailed';

/** Serves own metrics in Prometheus' text format on `/metrics`. */
export interface PrometheusReaderConfig {
  readonly kind: 'prometheus';
  readonly host: string;
  readonly port: number;
  /** No `otel_scope_*` labels. */
  readonly withoutScopeInfo: boolean;
  /** No `_total` behind counters. */
  readonly withoutTypeSuffix: boolean;
  /** No `_bytes`, `_seconds` behind names. */
  readonly withoutUnits: boolean;
  /** Resource attributes that every series carries as labels. */
  readonly resourceLabels: readonly string[];
}

/** Pushes own metrics at an interval. */
export interface PeriodicReaderConfig {
  readonly kind: 'periodic';
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly target: OtlpTarget;
}

export type MetricReaderConfig = PrometheusReaderConfig | PeriodicReaderConfig;

/** What becomes of instruments with that name (`*` stands for any characters). */
export interface MetricViewConfig {
  readonly instrumentName: string | undefined;
  readonly meterName: string | undefined;
  readonly drop: boolean;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly includedKeys: readonly string[] | undefined;
  readonly excludedKeys: readonly string[] | undefined;
}

export interface OwnMetricsConfig {
  readonly level: MetricsLevel;
  readonly readers: readonly MetricReaderConfig[];
  readonly views: readonly MetricViewConfig[];
}

/** Upstream's text for a level that is none. */
export function unknownLevel({ input }: { readonly input?: unknown }): string {
  return `unknown metrics level ${JSON.stringify(input)}`;
}

const PORT_MAX = 65_535;

const PROMETHEUS = z.strictObject({
  host: z.string().default('localhost'),
  port: z.int().min(0).max(PORT_MAX).default(8888),
  without_scope_info: z.boolean().default(true),
  without_type_suffix: z.boolean().default(true),
  without_units: z.boolean().default(true),
  with_resource_constant_labels: z
    .strictObject({
      included: z.array(z.string()).default([]),
      excluded: z.array(z.string()).default([]),
    })
    .prefault({}),
});

const PULL = z.strictObject({ exporter: z.strictObject({ prometheus: PROMETHEUS.prefault({}) }) });

const PERIODIC = z.strictObject({
  interval: z.int().min(1).default(60_000),
  timeout: z.int().min(1).default(30_000),
  exporter: OTLP_EXPORTER,
});

const READER = z
  .strictObject({ pull: PULL.optional(), periodic: PERIODIC.optional() })
  .transform((raw, context): MetricReaderConfig => {
    if (raw.pull !== undefined && raw.periodic === undefined) return prometheusOf(raw.pull);
    if (raw.periodic !== undefined && raw.pull === undefined) return periodicOf(raw.periodic);
    refuseMeaning(context, { text: 'must have exactly one of "pull" and "periodic"' });
    return z.NEVER;
  });

function prometheusOf({ exporter }: z.output<typeof PULL>): PrometheusReaderConfig {
  const raw = exporter.prometheus;
  const { included, excluded } = raw.with_resource_constant_labels;
  return {
    kind: 'prometheus',
    host: raw.host,
    port: raw.port,
    withoutScopeInfo: raw.without_scope_info,
    withoutTypeSuffix: raw.without_type_suffix,
    withoutUnits: raw.without_units,
    resourceLabels: included.filter((name) => !excluded.includes(name)),
  };
}

function periodicOf(raw: z.output<typeof PERIODIC>): PeriodicReaderConfig {
  return {
    kind: 'periodic',
    intervalMs: raw.interval,
    timeoutMs: Math.min(raw.timeout, raw.interval),
    target: otlpTarget(raw.exporter.otlp, 'metrics'),
  };
}

const VIEW = z
  .strictObject({
    selector: z
      .strictObject({
        instrument_name: z.string().optional(),
        meter_name: z.string().optional(),
      })
      .prefault({}),
    stream: z
      .strictObject({
        name: z.string().optional(),
        description: z.string().optional(),
        aggregation: z.strictObject({ drop: z.strictObject({}).optional() }).optional(),
        attribute_keys: z
          .strictObject({
            included: z.array(z.string()).optional(),
            excluded: z.array(z.string()).optional(),
          })
          .prefault({}),
      })
      .prefault({}),
  })
  .transform(
    ({ selector, stream }): MetricViewConfig => ({
      instrumentName: selector.instrument_name,
      meterName: selector.meter_name,
      drop: stream.aggregation?.drop !== undefined,
      name: stream.name,
      description: stream.description,
      includedKeys: stream.attribute_keys.included,
      excludedKeys: stream.attribute_keys.excluded,
    }),
  );

/** `service.telemetry.metrics`. Without `readers` it serves on localhost:8888, as upstream does. */
export const OWN_METRICS: z.ZodType<OwnMetricsConfig> = z
  .strictObject({
    level: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['none', 'basic', 'normal', 'detailed'], { error: unknownLevel }))
      .default('normal'),
    /** Without effect upstream since 0.123, and still in many files. */
    address: z.string().optional(),
    readers: z.array(READER).prefault([{ pull: { exporter: { prometheus: {} } } }]),
    views: z.array(VIEW).default([]),
  })
  .superRefine((raw, context) => {
    if (raw.level === 'none' || raw.readers.length > 0) return;
    const text = 'collector telemetry metrics reader should exist when metric level is not none';
    context.addIssue({ code: 'custom', message: text });
  })
  .transform(
    ({ level, readers, views }): OwnMetricsConfig => ({
      level,
      readers: level === 'none' ? [] : readers,
      views,
    }),
  );
