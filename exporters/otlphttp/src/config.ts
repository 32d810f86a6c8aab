import {
  type IssueSink,
  nullMeansDefaults,
  refuseMeaning,
  type SendingConfig,
  sendingFields,
} from '@sonde/pipeline';
import {
  checkCompressionLevel,
  type HttpClientConfig,
  httpClientFields,
} from '@sonde/pipeline/clients';
import { z } from 'zod';

export interface SignalEndpoints {
  /** Used as they are; empty: `endpoint` with the signal's path. */
  readonly traces_endpoint: string;
  readonly metrics_endpoint: string;
  readonly logs_endpoint: string;
  readonly profiles_endpoint: string;
}

export type OtlpHttpConfig = HttpClientConfig &
  SendingConfig &
  SignalEndpoints & { readonly encoding: 'proto' | 'json' };

/** An endpoint is required; gzip and a timeout of 30 s an attempt are the defaults. */
export const otlpHttpConfig: z.ZodType<OtlpHttpConfig> = nullMeansDefaults(
  z
    .strictObject({
      ...httpClientFields({ compression: 'gzip' }),
      ...sendingFields({ timeout: '30s' }),
      traces_endpoint: z.string().default(''),
      metrics_endpoint: z.string().default(''),
      logs_endpoint: z.string().default(''),
      profiles_endpoint: z.string().default(''),
      encoding: z.enum(['proto', 'json']).default('proto'),
    })
    .superRefine(checkEndpoints)
    .superRefine(checkCompressionLevel),
);

function checkEndpoints(
  config: SignalEndpoints & { readonly endpoint: string },
  sink: IssueSink,
): void {
  const { endpoint, traces_endpoint, metrics_endpoint, logs_endpoint, profiles_endpoint } = config;
  const given = { endpoint, traces_endpoint, metrics_endpoint, logs_endpoint, profiles_endpoint };
  if (Object.values(given).every((url) => url === '')) {
    refuseMeaning(sink, { text: 'at least one endpoint must be specified' });
  }
  for (const [key, url] of Object.entries(given)) {
    if (url === '' || isHttpUrl(url)) continue;
    refuseMeaning(sink, {
      text: `${key} must be a valid URL`,
      path: [key],
      hint: 'write the scheme too: http://localhost:4318',
    });
  }
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
