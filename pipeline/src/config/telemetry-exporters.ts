import { z } from 'zod';
import { refuseMeaning } from './fields/refuse.ts';

/** Where own telemetry is sent: OTLP over HTTP, as OpenTelemetry's configuration file writes it. */
export interface OtlpTarget {
  /** With its path; a bare origin gets the signal's (`/v1/traces`). */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'none' | 'gzip';
  /** Milliseconds. */
  readonly timeoutMs: number;
}

/** The section as it was read. */
export interface OtlpSection {
  readonly endpoint: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly compression: 'none' | 'gzip';
  readonly timeout: number;
}

const OTLP: z.ZodType<OtlpSection> = z
  .strictObject({
    protocol: z.string().default('http/protobuf'),
    endpoint: z.string().default('http://localhost:4318'),
    headers: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
    compression: z.enum(['none', 'gzip']).default('none'),
    timeout: z.int().min(1).default(10_000),
    insecure: z.boolean().default(false),
    temporality_preference: z.string().optional(),
  })
  .superRefine((raw, context) => {
    if (raw.protocol !== 'http/protobuf') {
      refuseMeaning(context, {
        text: `unsupported protocol ${JSON.stringify(raw.protocol)}`,
        path: ['protocol'],
        hint: 'own telemetry is sent with "http/protobuf"',
      });
    }
    if (!URL.canParse(withScheme(raw.endpoint))) {
      refuseMeaning(context, { text: 'endpoint must be a valid URL', path: ['endpoint'] });
    }
    const cumulative = [undefined, 'cumulative'].includes(raw.temporality_preference);
    if (!cumulative) {
      refuseMeaning(context, {
        text: `unsupported temporality preference ${JSON.stringify(raw.temporality_preference)}`,
        path: ['temporality_preference'],
        hint: 'own counters are "cumulative"',
      });
    }
  });

/** The `exporter` of a reader or processor that pushes. */
export const OTLP_EXPORTER: z.ZodType<{ readonly otlp: OtlpSection }> = z.strictObject({
  otlp: OTLP,
});

/** What `otlp` says, for one signal. */
export function otlpTarget(raw: OtlpSection, signal: 'traces' | 'metrics' | 'logs'): OtlpTarget {
  const url = new URL(withScheme(raw.endpoint));
  if (url.pathname === '/') url.pathname = `/v1/${signal}`;
  return {
    url: url.href,
    headers: Object.fromEntries(raw.headers.map(({ name, value }) => [name, value])),
    compression: raw.compression,
    timeoutMs: raw.timeout,
  };
}

function withScheme(endpoint: string): string {
  return endpoint.includes('://') ? endpoint : `http://${endpoint}`;
}

const PUSHING = z.strictObject({ exporter: OTLP_EXPORTER });

/** `traces.processors` and `logs.processors`: each sends in batches; what `simple` has is sent so too. */
export const PUSH_PROCESSORS: z.ZodDefault<z.ZodArray<z.ZodType<{ readonly otlp: OtlpSection }>>> =
  z
    .array(
      z
        .strictObject({
          batch: z
            .strictObject({
              exporter: OTLP_EXPORTER,
              schedule_delay: z.int().min(0).optional(),
              export_timeout: z.int().min(0).optional(),
              max_queue_size: z.int().min(1).optional(),
              max_export_batch_size: z.int().min(1).optional(),
            })
            .optional(),
          simple: PUSHING.optional(),
        })
        .transform((raw, context) => {
          const only = raw.batch ?? raw.simple;
          if (only !== undefined && (raw.batch === undefined || raw.simple === undefined)) {
            return only.exporter;
          }
          refuseMeaning(context, { text: 'must have exactly one of "batch" and "simple"' });
          return z.NEVER;
        }),
    )
    .default([]);
