import { z } from 'zod';
import { refuseMeaning } from './fields/refuse.ts';

/** Files; '' for none. */
export interface OtlpTargetTls {
  /** Plaintext, where the endpoint has no scheme. */
  readonly insecure: boolean;
  /** Authorities of the server, instead of the system's. */
  readonly certificate: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

/** Where own telemetry is sent, as OpenTelemetry's configuration file writes it. */
export interface OtlpTarget {
  readonly transport: 'http' | 'grpc';
  /**
   * Of HTTP with its path; a bare origin gets the signal's (`/v1/traces`). Of gRPC as it was
   * written.
   */
  readonly url: string;
  readonly tls: OtlpTargetTls;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'none' | 'gzip';
  /** Milliseconds. */
  readonly timeoutMs: number;
}

/** The section as it was read. */
export interface OtlpSection {
  readonly protocol: string;
  readonly endpoint?: string | undefined;
  readonly insecure: boolean;
  readonly certificate: string;
  readonly client_certificate: string;
  readonly client_key: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly compression: 'none' | 'gzip';
  readonly timeout: number;
}

/** Upstream's names, and the endpoint that each has by default. */
const PROTOCOLS: ReadonlyMap<string, { transport: 'http' | 'grpc'; endpoint: string }> = new Map([
  ['http/protobuf', { transport: 'http', endpoint: 'http://localhost:4318' }],
  ['grpc', { transport: 'grpc', endpoint: 'http://localhost:4317' }],
  ['grpc/protobuf', { transport: 'grpc', endpoint: 'http://localhost:4317' }],
]);

const OTLP: z.ZodType<OtlpSection> = z
  .strictObject({
    protocol: z.string().default('http/protobuf'),
    endpoint: z.string().optional(),
    certificate: z.string().default(''),
    client_certificate: z.string().default(''),
    client_key: z.string().default(''),
    headers: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
    compression: z.enum(['none', 'gzip']).default('none'),
    timeout: z.int().min(1).default(10_000),
    insecure: z.boolean().default(false),
    temporality_preference: z.string().optional(),
  })
  .superRefine((raw, context) => {
    const protocol = PROTOCOLS.get(raw.protocol);
    if (protocol === undefined) {
      refuseMeaning(context, {
        text: `unsupported protocol ${JSON.stringify(raw.protocol)}`,
        path: ['protocol'],
        hint: `own telemetry is sent with one of ${[...PROTOCOLS.keys()].join(', ')}`,
      });
    }
    if ((raw.client_certificate === '') !== (raw.client_key === '')) {
      refuseMeaning(context, {
        text: 'client_certificate and client_key must be given together',
        path: ['client_certificate'],
      });
    }
    if (raw.endpoint !== undefined && !URL.canParse(withScheme(raw.endpoint))) {
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
  const { transport, endpoint: initial } = PROTOCOLS.get(raw.protocol) ?? {
    transport: 'http',
    endpoint: '',
  };
  const endpoint = raw.endpoint ?? initial;
  return {
    transport,
    url: transport === 'grpc' ? grpcEndpoint(endpoint) : httpUrl(endpoint, signal),
    tls: {
      insecure: raw.insecure,
      certificate: raw.certificate,
      clientCertificate: raw.client_certificate,
      clientKey: raw.client_key,
    },
    headers: Object.fromEntries(raw.headers.map(({ name, value }) => [name, value])),
    compression: raw.compression,
    timeoutMs: raw.timeout,
  };
}

function httpUrl(endpoint: string, signal: 'traces' | 'metrics' | 'logs'): string {
  const url = new URL(withScheme(endpoint));
  if (url.pathname === '/') url.pathname = `/v1/${signal}`;
  return url.href;
}

/** A path means nothing to gRPC. */
function grpcEndpoint(endpoint: string): string {
  if (!/^https?:\/\//.test(endpoint)) return endpoint;
  const { protocol, host } = new URL(endpoint);
  return `${protocol}//${host}`;
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
