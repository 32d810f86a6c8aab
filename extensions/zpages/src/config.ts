import { type Endpoint, endpoint, nullMeansDefaults } from '@sonde/pipeline';
import { z } from 'zod';

/** Extension `zpages`. */
export interface ZpagesConfig {
  readonly endpoint: Endpoint;
  /** `/debug/expvarz` shows the process's memory. */
  readonly expvar: boolean;
}

export const ZpagesConfigSchema: z.ZodType<ZpagesConfig> = nullMeansDefaults(
  z
    .strictObject({
      endpoint: endpoint('localhost:55679'),
      expvar: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
    })
    .transform((raw): ZpagesConfig => ({ endpoint: raw.endpoint, expvar: raw.expvar.enabled })),
);
