import {
  checkEndpoint,
  type GrpcServerConfig,
  grpcServerFields,
  type HttpServerConfig,
  httpServerFields,
} from '@sonde/intake';
import {
  type FieldsOf,
  nullMeansDefaults,
  parseEndpoint,
  refuseMeaning,
  section,
} from '@sonde/pipeline';
import { z } from 'zod';

/** A port of the agent. */
export interface UdpConfig {
  readonly endpoint: string;
  /** Datagrams that wait for the pipeline; the next is dropped and counted. */
  readonly queue_size: number;
  /** Bytes of one datagram; what is longer is dropped and counted. */
  readonly max_packet_size: number;
  /** Datagrams that the pipeline has at the same time. */
  readonly workers: number;
  /** Bytes of the kernel's buffer; 0 is the system's. */
  readonly socket_buffer_size: number;
}

export interface JaegerProtocols {
  /** Undefined: not served. */
  readonly grpc: GrpcServerConfig | undefined;
  readonly thrift_http: HttpServerConfig | undefined;
  readonly thrift_compact: UdpConfig | undefined;
  readonly thrift_binary: UdpConfig | undefined;
}

export interface JaegerConfig {
  readonly protocols: JaegerProtocols;
}

const NO_PROTOCOL = 'must specify at least one protocol when using the Jaeger receiver';
const REMOTE_SAMPLING =
  'remote sampling config detected in the Jaeger receiver; use the `jaegerremotesampling` extension instead';

/** A datagram's payload on IPv4. */
const PACKET_BYTES_MAX = 65_507;
const QUEUE_SIZE_MAX = 100_000;
const WORKERS_MAX = 1000;
const SOCKET_BUFFER_BYTES_MAX = 1_073_741_824;

function udpFields(endpoint: string): FieldsOf<UdpConfig> {
  return {
    endpoint: z.string().default(endpoint),
    queue_size: z.int().min(1).max(QUEUE_SIZE_MAX).default(1000),
    max_packet_size: z.int().min(1).max(PACKET_BYTES_MAX).default(65_000),
    workers: z.int().min(1).max(WORKERS_MAX).default(10),
    socket_buffer_size: z.int().min(0).max(SOCKET_BUFFER_BYTES_MAX).default(0),
  };
}

const grpc: z.ZodType<GrpcServerConfig> = z
  .strictObject(grpcServerFields({ endpoint: 'localhost:14250' }))
  .superRefine(checkEndpoint);

const thriftHttp: z.ZodType<HttpServerConfig> = z
  .strictObject(httpServerFields({ endpoint: 'localhost:14268' }))
  .superRefine(checkEndpoint);

function udp(endpoint: string, name: string): z.ZodType<UdpConfig> {
  return z.strictObject(udpFields(endpoint)).superRefine((config, context) => {
    const parsed = parseEndpoint(config.endpoint);
    if (parsed.ok) return;
    refuseMeaning(context, {
      text: `invalid port number for the ${name} endpoint: ${parsed.reason}`,
      path: ['endpoint'],
      hint: 'write host:port, like localhost:6831',
    });
  });
}

const protocols = nullMeansDefaults(
  z
    .strictObject({
      grpc: section(grpc, { absent: 'off' }),
      thrift_http: section(thriftHttp, { absent: 'off' }),
      thrift_compact: section(udp('localhost:6831', 'Thrift UDP Compact'), { absent: 'off' }),
      thrift_binary: section(udp('localhost:6832', 'Thrift UDP Binary'), { absent: 'off' }),
    })
    .transform(
      ({ grpc: g, thrift_http, thrift_compact, thrift_binary }): JaegerProtocols => ({
        grpc: g,
        thrift_http,
        thrift_compact,
        thrift_binary,
      }),
    ),
);

/** A protocol that is absent is not served; null and `{}` serve it with its defaults. */
export const jaegerConfig: z.ZodType<JaegerConfig> = nullMeansDefaults(
  z
    .strictObject({ protocols, remote_sampling: z.unknown().optional() })
    .superRefine((config, context) => {
      if (Object.values(config.protocols).every((protocol) => protocol === undefined)) {
        const hint = 'write protocols: {grpc: , thrift_http: }';
        refuseMeaning(context, { text: NO_PROTOCOL, hint });
      }
      if (config.remote_sampling !== undefined && config.remote_sampling !== null) {
        refuseMeaning(context, { text: REMOTE_SAMPLING, path: ['remote_sampling'] });
      }
    })
    .transform((config): JaegerConfig => ({ protocols: config.protocols })),
);
