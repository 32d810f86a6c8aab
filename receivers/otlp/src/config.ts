import {
  checkEndpoint,
  type GrpcServerConfig,
  grpcServerFields,
  type HttpServerConfig,
  httpServerFields,
} from '@sonde/intake';
import { nullMeansDefaults, refuseMeaning, section } from '@sonde/pipeline';
import { EXPORT_PATHS } from '@sonde/proto';
import { z } from 'zod';

/** Durations in milliseconds. */
export interface HttpConfig extends HttpServerConfig, SignalPaths {}

export interface SignalPaths {
  readonly traces_url_path: string;
  readonly metrics_url_path: string;
  readonly logs_url_path: string;
  readonly profiles_url_path: string;
}

export interface OtlpConfig {
  readonly protocols: {
    /** Undefined: not served. */
    readonly grpc: GrpcServerConfig | undefined;
    readonly http: HttpConfig | undefined;
  };
}

const grpc: z.ZodType<GrpcServerConfig> = z
  .strictObject(grpcServerFields({ endpoint: 'localhost:4317', read_buffer_size: 524_288 }))
  .superRefine(checkEndpoint);

const path = (initial: string) =>
  z
    .string()
    .transform((value) => (value.startsWith('/') ? value : `/${value}`))
    .superRefine((value, context) => {
      if (URL.canParse(value, 'http://localhost') && !/[\s%]/.test(value)) return;
      refuseMeaning(context, {
        text: `invalid HTTP URL path set for signal: parse ${JSON.stringify(value)}`,
        hint: 'a path such as /v1/traces, without blanks and percent signs',
      });
    })
    .prefault(initial);

const http: z.ZodType<HttpConfig> = z
  .strictObject({
    ...httpServerFields({ endpoint: 'localhost:4318' }),
    traces_url_path: path(EXPORT_PATHS.traces.http),
    metrics_url_path: path(EXPORT_PATHS.metrics.http),
    logs_url_path: path(EXPORT_PATHS.logs.http),
    profiles_url_path: path(EXPORT_PATHS.profiles.http),
  })
  .superRefine(checkEndpoint)
  .superRefine(checkPaths);

function checkPaths(config: SignalPaths, context: z.core.$RefinementCtx): void {
  const paths = [
    config.traces_url_path,
    config.metrics_url_path,
    config.logs_url_path,
    config.profiles_url_path,
  ];
  for (const [index, twice] of paths.entries()) {
    if (paths.indexOf(twice) === index) continue;
    refuseMeaning(context, { text: `two signals have the URL path ${JSON.stringify(twice)}` });
  }
}

/** `protocols: {grpc: , http: }` serves both with their defaults; an absent one is not served. */
export const otlpConfig: z.ZodType<OtlpConfig> = nullMeansDefaults(
  z
    .strictObject({
      protocols: nullMeansDefaults(
        z.strictObject({
          grpc: section(grpc, { absent: 'off' }),
          http: section(http, { absent: 'off' }),
        }),
      ),
    })
    .superRefine((config, context) => {
      if (config.protocols.grpc !== undefined || config.protocols.http !== undefined) return;
      refuseMeaning(context, {
        text: 'must specify at least one protocol when using the OTLP receiver',
        hint: 'write protocols: {grpc: , http: }',
      });
    })
    .transform(
      ({ protocols }): OtlpConfig => ({
        protocols: { grpc: protocols.grpc, http: protocols.http },
      }),
    ),
);
