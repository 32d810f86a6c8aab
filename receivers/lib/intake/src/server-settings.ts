import {
  GRPC_LIMITS,
  type GrpcLimits,
  HTTP_LIMITS,
  type HttpLimits,
  type MemoryBudget,
  parseEndpoint,
  ServerTls,
} from '@sonde/pipeline';
import type { ConnectionSettings } from './grpc/grpc-connection.ts';
import type { GrpcServerSettings } from './grpc/http2-grpc-server.ts';
import type { HttpServerSettings } from './http/http-server.ts';
import {
  BODIES_IN_FLIGHT_MIN,
  HELD_PER_BODY_BYTE,
  IN_FLIGHT_BYTES_MAX,
  IN_FLIGHT_MEMORY_SHARE,
} from './limits.ts';
import type { ListenAddress } from './listen/listen-address.ts';
import type { GrpcServerConfig, HttpServerConfig } from './server-config.ts';

const MIB = 1024 * 1024;

/** 0 stands for "no limit" in Go, and for Sonde's own limit here. */
function orDefault(value: number, initial: number): number {
  return value > 0 ? value : initial;
}

export function grpcSettings(config: GrpcServerConfig): GrpcServerSettings {
  const limits = grpcLimits(config);
  return {
    address: listenAddress(config),
    limits,
    tls: serverTls(config),
    connection: connectionSettings(config, limits),
    includesMetadata: config.include_metadata,
  };
}

function connectionSettings(config: GrpcServerConfig, limits: GrpcLimits): ConnectionSettings {
  const { server_parameters: parameters, enforcement_policy: policy } = config.keepalive ?? {};
  return {
    keepaliveTimeMs: limits.keepaliveTimeMs,
    keepaliveTimeoutMs: limits.keepaliveTimeoutMs,
    connectionAgeMsMax: orUndefined(parameters?.max_connection_age),
    connectionAgeGraceMs: orUndefined(parameters?.max_connection_age_grace),
    connectionIdleMsMax: orUndefined(parameters?.max_connection_idle),
    pings: {
      intervalMsMin: limits.keepalivePingIntervalMsMin,
      isAllowedWithoutCall: policy?.permit_without_stream ?? false,
    },
  };
}

function grpcLimits(config: GrpcServerConfig): GrpcLimits {
  const { server_parameters: parameters, enforcement_policy: policy } = config.keepalive ?? {};
  return {
    ...GRPC_LIMITS,
    messageBytesMax: orDefault(config.max_recv_msg_size_mib * MIB, GRPC_LIMITS.messageBytesMax),
    concurrentStreamsMax: orDefault(
      config.max_concurrent_streams,
      GRPC_LIMITS.concurrentStreamsMax,
    ),
    keepaliveTimeMs: orDefault(parameters?.time ?? 0, GRPC_LIMITS.keepaliveTimeMs),
    keepaliveTimeoutMs: orDefault(parameters?.timeout ?? 0, GRPC_LIMITS.keepaliveTimeoutMs),
    keepalivePingIntervalMsMin: orDefault(
      policy?.min_time ?? 0,
      GRPC_LIMITS.keepalivePingIntervalMsMin,
    ),
  };
}

export function httpSettings(config: HttpServerConfig): HttpServerSettings {
  return {
    address: listenAddress(config),
    limits: httpLimits(config),
    tls: serverTls(config),
    cors: corsSettings(config),
    contentEncodings: config.compression_algorithms,
    responseHeaders: config.response_headers ?? {},
    keepAlive: config.keep_alives_enabled,
    includesMetadata: config.include_metadata,
  };
}

function httpLimits(config: HttpServerConfig): HttpLimits {
  const bodyBytesMax = orDefault(config.max_request_body_size, HTTP_LIMITS.bodyBytesMax);
  return {
    ...HTTP_LIMITS,
    bodyBytesMax,
    decompressedBytesMax: bodyBytesMax,
    readHeaderTimeoutMs: orDefault(config.read_header_timeout, HTTP_LIMITS.readHeaderTimeoutMs),
    readTimeoutMs: orDefault(config.read_timeout, HTTP_LIMITS.readTimeoutMs),
    writeTimeoutMs: config.write_timeout,
    // 0: a connection between two requests stays, as upstream's receiver has it; their number is bounded.
    idleTimeoutMs: config.idle_timeout,
  };
}

function corsSettings({ cors }: HttpServerConfig): HttpServerSettings['cors'] {
  // Without origins there is no CORS, as upstream.
  if (cors === null || cors === undefined || cors.allowed_origins.length === 0) return undefined;
  return {
    allowedOrigins: cors.allowed_origins,
    allowedHeaders: cors.allowed_headers,
    exposedHeaders: cors.exposed_headers,
    maxAgeSeconds: cors.max_age,
  };
}

/**
 * Room for the bytes of requests in flight of all servers of a receiver: no more than a share of the
 * memory that there is, but a body of the largest size always has some.
 */
export function inFlightBytesMax(
  servers: {
    readonly grpc?: GrpcServerConfig | undefined;
    readonly http?: HttpServerConfig | undefined;
  },
  memory?: MemoryBudget,
): number {
  const { grpc, http } = servers;
  const bodies = [
    ...(grpc === undefined ? [] : [grpcLimits(grpc).messageBytesMax]),
    ...(http === undefined ? [] : [httpLimits(http).bodyBytesMax]),
  ];
  // A body is there packed and unpacked for a moment.
  const room = Math.max(
    IN_FLIGHT_BYTES_MAX,
    ...bodies.map((max) => max * 2 * BODIES_IN_FLIGHT_MIN),
  );
  const least = Math.max(...bodies.map((max) => max * HELD_PER_BODY_BYTE));
  if (memory === undefined) return room;
  return Math.max(least, Math.min(room, memory.bytes * IN_FLIGHT_MEMORY_SHARE));
}

function listenAddress(config: { endpoint: string; transport: 'tcp' | 'unix' }): ListenAddress {
  if (config.transport === 'unix') return { transport: 'unix', path: config.endpoint };
  const parsed = parseEndpoint(config.endpoint);
  // The schema has refused what cannot be read.
  if (!parsed.ok) throw new Error(parsed.reason);
  return { transport: 'tcp', endpoint: parsed.endpoint };
}

function serverTls({ tls }: GrpcServerConfig | HttpServerConfig): ServerTls | undefined {
  return tls === null || tls === undefined ? undefined : new ServerTls(tls);
}

function orUndefined(value: number | undefined): number | undefined {
  return value === undefined || value === 0 ? undefined : value;
}
