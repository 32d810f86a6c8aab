import { type OwnTelemetryConfig, OwnTelemetrySchema } from '@sonde/pipeline';
import { z } from 'zod';

/** `serve.yaml`. */
export interface ServeConfig {
  readonly listen: { readonly host: string; readonly port: number };
  readonly store: {
    readonly url: string;
    /** Replicas: the next is asked when one does not answer. */
    readonly urls: readonly string[];
    /** Of the servers behind `url`, where they are one. */
    readonly cluster_name?: string | undefined;
    readonly username: string;
    readonly password: string;
  };
  readonly state: { readonly path: string };
  readonly endpoints: {
    readonly otlp_grpc: string;
    readonly otlp_http: string;
    readonly clickhouse: string;
    readonly health?: string | undefined;
    /** Of every gateway and of the processes behind Kafka. */
    readonly metrics: readonly string[];
  };
  /** A gateway with `streams.yaml`: derived streams go there. */
  readonly streams?: { readonly endpoint: string } | undefined;
  /** As `service.telemetry`; without it there is none. */
  readonly telemetry: OwnTelemetryConfig;
}

const ListenSchema = z.string().transform((text, context) => {
  const match = /^(.+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535) {
    context.addIssue({ code: 'custom', message: 'write HOST:PORT, like 127.0.0.1:8080' });
    return z.NEVER;
  }
  return { host: match[1], port };
});

/** Beside `url`. */
const STORE_URLS_MAX = 64;

/** One a gateway and one a process. */
const METRICS_PAGES_MAX = 64;

/** Unknown keys are refused. */
export const ServeConfigSchema: z.ZodType<ServeConfig> = z.strictObject({
  listen: ListenSchema.default({ host: '127.0.0.1', port: 8080 }),
  store: z.strictObject({
    url: z.url(),
    urls: z.array(z.url()).max(STORE_URLS_MAX).default([]),
    cluster_name: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, _ and -')
      .optional(),
    username: z.string().default('internal'),
    password: z.string().default(''),
  }),
  state: z.strictObject({ path: z.string().min(1) }),
  endpoints: z.strictObject({
    otlp_grpc: z.string().default('127.0.0.1:4317'),
    otlp_http: z.string().default('http://127.0.0.1:4318'),
    clickhouse: z.string().default('http://127.0.0.1:8123'),
    health: z.url().optional(),
    metrics: z
      .union([z.url().transform((url) => [url]), z.array(z.url()).max(METRICS_PAGES_MAX)])
      .default([]),
  }),
  streams: z.strictObject({ endpoint: z.url() }).optional(),
  telemetry: OwnTelemetrySchema.prefault({ metrics: { level: 'none' } }),
});
