import { duration, type Endpoint, endpoint, nullMeansDefaults } from '@sonde/pipeline';
import { z } from 'zod';

/** Extension `health_check`. */
export interface HealthCheckConfig {
  readonly endpoint: Endpoint;
  /** Begins with a slash. */
  readonly path: string;
  /** Texts instead of the JSON answers; undefined where none was given. */
  readonly responseBody: { readonly healthy: string; readonly unhealthy: string } | undefined;
}

const SCHEMA = z
  .strictObject({
    endpoint: endpoint('localhost:13133'),
    path: z
      .string()
      .refine((path) => path.startsWith('/'), { message: 'path must start with /' })
      .default('/'),
    response_body: z
      .strictObject({ healthy: z.string().default(''), unhealthy: z.string().default('') })
      .optional(),
    /**
     * Accepted for the Collector's files; there it is known not to work, here the truth is told.
     */
    check_collector_pipeline: z
      .strictObject({
        enabled: z.boolean().default(false),
        interval: duration('5m'),
        exporter_failure_threshold: z.int().default(5),
      })
      .optional(),
  })
  .transform(
    (raw): HealthCheckConfig => ({
      endpoint: raw.endpoint,
      path: raw.path,
      responseBody: raw.response_body,
    }),
  );

export const HealthCheckConfigSchema: z.ZodType<HealthCheckConfig> = nullMeansDefaults(SCHEMA);
