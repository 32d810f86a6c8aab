import { validateHeaderName, validateHeaderValue } from 'node:http';
import {
  duration,
  type FieldsOf,
  GRPC_LIMITS,
  HTTP_LIMITS,
  parseEndpoint,
  refuseMeaning,
  type ServerTlsConfig,
  serverTls,
  textList,
} from '@sonde/pipeline';
import { z } from 'zod';
import { CONTENT_ENCODINGS } from './http/content-encoding.ts';

/** What Go calls a duration of 0: no limit. */
const NONE = '0s';

export interface AuthConfig {
  /** Id of an authenticator extension. */
  readonly authenticator: string;
}

export interface CorsConfig {
  readonly allowed_origins: readonly string[];
  readonly allowed_headers: readonly string[];
  readonly exposed_headers: readonly string[];
  /** Seconds. */
  readonly max_age: number;
}

/** Durations in milliseconds; 0 is "never". */
export interface KeepaliveConfig {
  readonly server_parameters?:
    | {
        readonly max_connection_idle: number;
        readonly max_connection_age: number;
        readonly max_connection_age_grace: number;
        readonly time: number;
        readonly timeout: number;
      }
    | undefined;
  /** Pings more often than that end a connection (GOAWAY `too_many_pings`). */
  readonly enforcement_policy?:
    | { readonly min_time: number; readonly permit_without_stream: boolean }
    | undefined;
}

interface ServerConfig {
  /** `host:port`, or the path of a socket. */
  readonly endpoint: string;
  readonly transport: 'tcp' | 'unix';
  /** Without it the server speaks plaintext. */
  readonly tls?: ServerTlsConfig | null | undefined;
  readonly auth?: AuthConfig | null | undefined;
  /** The headers of a request travel with its data. */
  readonly include_metadata: boolean;
}

/** The keys of the Collector's `configgrpc` servers. */
export interface GrpcServerConfig extends ServerConfig {
  /** 0 is gRPC's own 4 MiB. */
  readonly max_recv_msg_size_mib: number;
  /** 0 is Sonde's limit: no server of Sonde is without one. */
  readonly max_concurrent_streams: number;
  readonly keepalive?: KeepaliveConfig | null | undefined;
  /** Sizes of Go's buffers: read, so that such a file works, and without meaning here. */
  readonly read_buffer_size: number;
  readonly write_buffer_size: number;
}

/** The keys of the Collector's `confighttp` servers. Durations in milliseconds. */
export interface HttpServerConfig extends ServerConfig {
  readonly cors?: CorsConfig | null | undefined;
  /** Bytes; 0 or less is the default, as upstream. */
  readonly max_request_body_size: number;
  readonly compression_algorithms: readonly string[];
  readonly response_headers?: Readonly<Record<string, string>> | null | undefined;
  readonly read_timeout: number;
  readonly read_header_timeout: number;
  readonly write_timeout: number;
  readonly idle_timeout: number;
  readonly keep_alives_enabled: boolean;
}

const auth: z.ZodType<AuthConfig> = z.strictObject({ authenticator: z.string().min(1) });

const cors: z.ZodType<CorsConfig> = z.strictObject({
  allowed_origins: textList(),
  allowed_headers: textList(),
  exposed_headers: textList(),
  max_age: z.int().min(0).default(0),
});

const keepalive: z.ZodType<KeepaliveConfig> = z.strictObject({
  server_parameters: z
    .strictObject({
      max_connection_idle: duration(NONE),
      max_connection_age: duration(NONE),
      max_connection_age_grace: duration(NONE),
      time: duration(`${GRPC_LIMITS.keepaliveTimeMs}ms`),
      timeout: duration(`${GRPC_LIMITS.keepaliveTimeoutMs}ms`),
    })
    .optional(),
  enforcement_policy: z
    .strictObject({
      min_time: duration(`${GRPC_LIMITS.keepalivePingIntervalMsMin}ms`),
      permit_without_stream: z.boolean().default(false),
    })
    .optional(),
});

function serverFields(endpoint: string): FieldsOf<Required<ServerConfig>> {
  return {
    endpoint: z.string().default(endpoint),
    transport: z.enum(['tcp', 'unix']).default('tcp'),
    tls: serverTls().nullish(),
    auth: auth.nullish(),
    include_metadata: z.boolean().default(false),
  };
}

export interface GrpcServerDefaults {
  readonly endpoint: string;
  readonly read_buffer_size?: number;
}

/** Fields for the receiver's `z.strictObject`; refine it with `checkEndpoint`. */
export function grpcServerFields(
  defaults: GrpcServerDefaults,
): FieldsOf<Required<GrpcServerConfig>> {
  return {
    ...serverFields(defaults.endpoint),
    max_recv_msg_size_mib: z.int().min(0).default(0),
    max_concurrent_streams: z.int().min(0).default(0),
    keepalive: keepalive.nullish(),
    read_buffer_size: z.int().default(defaults.read_buffer_size ?? 0),
    write_buffer_size: z.int().default(0),
  };
}

/** Fields for the receiver's `z.strictObject`; refine it with `checkEndpoint`. */
export function httpServerFields(defaults: {
  readonly endpoint: string;
}): FieldsOf<Required<HttpServerConfig>> {
  return {
    ...serverFields(defaults.endpoint),
    cors: cors.nullish(),
    max_request_body_size: z.int().default(HTTP_LIMITS.bodyBytesMax),
    compression_algorithms: textList(CONTENT_ENCODINGS),
    response_headers: z.record(z.string(), z.string()).superRefine(checkHeaders).nullish(),
    read_timeout: duration(NONE),
    read_header_timeout: duration(`${HTTP_LIMITS.readHeaderTimeoutMs}ms`),
    write_timeout: duration(NONE),
    idle_timeout: duration(NONE),
    keep_alives_enabled: z.boolean().default(true),
  };
}

/** Refuses an `endpoint` that is no address. */
export function checkEndpoint(
  config: { readonly transport: 'tcp' | 'unix'; readonly endpoint: string },
  context: z.core.$RefinementCtx,
): void {
  if (config.transport === 'unix') return;
  const parsed = parseEndpoint(config.endpoint);
  if (parsed.ok) return;
  refuseMeaning(context, {
    text: parsed.reason,
    path: ['endpoint'],
    hint: 'write host:port, like localhost:4317',
  });
}

function checkHeaders(
  headers: Readonly<Record<string, string>>,
  context: z.core.$RefinementCtx,
): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      refuseMeaning(context, { text, path: [name] });
    }
  }
}
