import { z } from 'zod';
import { duration } from '../config/fields/duration.ts';
import type { FieldsOf } from '../exporting/sending-fields.ts';
import { type ClientAuthConfig, clientAuth } from './client-authenticator.ts';
import {
  type CompressionConfig,
  compressionField,
  HTTP_COMPRESSIONS,
  type HttpCompression,
} from './client-compression.ts';
import { type ClientTlsConfig, clientTls } from './client-tls.ts';
import { type Header, headerList } from './header-list.ts';
import { refuseUnsupported } from './refuse-unsupported.ts';

/** `confighttp.ClientConfig` without `timeout`, which belongs to sending. Times in milliseconds. */
export interface HttpClientConfig extends CompressionConfig {
  /** A URL; empty where others stand in for it. */
  readonly endpoint: string;
  readonly tls: ClientTlsConfig;
  readonly headers: readonly Header[];
  readonly auth: ClientAuthConfig | undefined;
  /** Connections that stay open between requests. */
  readonly max_idle_conns: number;
  /** The same of one host; 0 is `max_idle_conns`. */
  readonly max_idle_conns_per_host: number;
  /** Connections to one host at the same time; 0 is no limit. */
  readonly max_conns_per_host: number;
  readonly idle_conn_timeout: number;
  readonly disable_keep_alives: boolean;
}

/** Keys that are read and mean nothing to Node's client: sizes of Go's buffers, and HTTP/2. */
export interface IgnoredHttpKeys {
  readonly read_buffer_size: number;
  readonly write_buffer_size: number;
  readonly force_attempt_http2: boolean;
  readonly http2_read_idle_timeout: number;
  readonly http2_ping_timeout: number;
  readonly proxy_url: undefined;
  readonly cookies: undefined;
  readonly middlewares: undefined;
}

export interface HttpClientDefaults {
  readonly compression: HttpCompression;
}

/** Fields for the exporter's `z.strictObject`, which `checkCompressionLevel` belongs to. */
export function httpClientFields({
  compression,
}: HttpClientDefaults): FieldsOf<HttpClientConfig & IgnoredHttpKeys> {
  return {
    endpoint: z.string().default(''),
    tls: clientTls(),
    headers: headerList(),
    compression: compressionField(HTTP_COMPRESSIONS, compression),
    compression_params: z.strictObject({ level: z.int().default(0) }).prefault({}),
    auth: clientAuth(),
    max_idle_conns: z.int().min(0).default(100),
    max_idle_conns_per_host: z.int().min(0).default(0),
    max_conns_per_host: z.int().min(0).default(0),
    idle_conn_timeout: duration('90s'),
    disable_keep_alives: z.boolean().default(false),
    read_buffer_size: z.int().default(0),
    write_buffer_size: z.int().default(0),
    force_attempt_http2: z.boolean().default(true),
    http2_read_idle_timeout: duration('0s'),
    http2_ping_timeout: duration('0s'),
    proxy_url: refused('proxy_url', 'requests go to the endpoint itself'),
    cookies: refused('cookies', 'no request carries cookies'),
    middlewares: refused('middlewares', 'there are no middleware extensions'),
  };
}

/** A key of upstream that must not be given. */
export function refused(key: string, reason: string): z.ZodType<undefined> {
  return z
    .unknown()
    .transform((value, context): undefined => {
      refuseUnsupported(
        { [key]: value },
        { [key]: reason },
        {
          addIssue: (issue) => context.addIssue({ ...issue, path: [] }),
        },
      );
      return undefined;
    })
    .optional();
}
