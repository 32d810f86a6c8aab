import { z } from 'zod';
import { duration } from '../config/fields/duration.ts';
import { refuseMeaning } from '../config/fields/refuse.ts';
import { section } from '../config/fields/section.ts';
import type { FieldsOf } from '../exporting/sending-fields.ts';
import { type ClientAuthConfig, clientAuth } from './client-authenticator.ts';
import { compressionField, GRPC_COMPRESSIONS, type GrpcCompression } from './client-compression.ts';
import { type ClientTlsConfig, clientTls } from './client-tls.ts';
import { parseGrpcEndpoint } from './grpc-endpoint.ts';
import { type Header, headerList } from './header-list.ts';
import { refused } from './http-client-config.ts';

const BALANCERS = ['round_robin', 'pick_first'] as const;

/** Milliseconds. */
export interface GrpcKeepalive {
  readonly time: number;
  readonly timeout: number;
  readonly permit_without_stream: boolean;
}

/** `configgrpc.ClientConfig`. */
export interface GrpcClientConfig {
  readonly endpoint: string;
  readonly compression: GrpcCompression;
  readonly tls: ClientTlsConfig;
  /** Undefined: no pings. */
  readonly keepalive: GrpcKeepalive | undefined;
  /** A call waits for a connection instead of failing at once. */
  readonly wait_for_ready: boolean;
  readonly headers: readonly Header[];
  readonly balancer_name: (typeof BALANCERS)[number];
  /** The `:authority` of calls; empty for the endpoint's. */
  readonly authority: string;
  readonly auth: ClientAuthConfig | undefined;
  /** Empty for Sonde's. */
  readonly user_agent: string;
}

/** Keys that are read and mean nothing to grpc-js: sizes of Go's buffers. */
export interface IgnoredGrpcKeys {
  readonly read_buffer_size: number;
  readonly write_buffer_size: number;
  readonly middlewares: undefined;
}

/** Fields for the exporter's `z.strictObject`. */
export function grpcClientFields(): FieldsOf<GrpcClientConfig & IgnoredGrpcKeys> {
  return {
    endpoint: grpcEndpoint(),
    compression: compressionField(GRPC_COMPRESSIONS, 'gzip'),
    tls: clientTls(),
    keepalive: section(
      z.strictObject({
        time: duration('10s'),
        timeout: duration('10s'),
        permit_without_stream: z.boolean().default(false),
      }),
      { absent: 'off' },
    ),
    wait_for_ready: z.boolean().default(false),
    headers: headerList(),
    balancer_name: z
      .union([z.enum(BALANCERS), z.literal('')])
      .transform(orRoundRobin)
      .prefault(''),
    authority: z.string().default(''),
    auth: clientAuth(),
    user_agent: z.string().default(''),
    read_buffer_size: z.int().default(0),
    write_buffer_size: z.int().default(524_288),
    middlewares: refused('middlewares', 'there are no middleware extensions'),
  };
}

function orRoundRobin(name: (typeof BALANCERS)[number] | ''): (typeof BALANCERS)[number] {
  return name === '' ? 'round_robin' : name;
}

function grpcEndpoint(): z.ZodType<string> {
  return z
    .string()
    .superRefine((text, context) => {
      const parsed = parseGrpcEndpoint(text);
      if (!parsed.ok) refuseMeaning(context, { text: parsed.reason });
    })
    .prefault('');
}
