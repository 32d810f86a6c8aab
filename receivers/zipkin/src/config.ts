import { checkEndpoint, type HttpServerConfig, httpServerFields } from '@sonde/intake';
import { nullMeansDefaults } from '@sonde/pipeline';
import { z } from 'zod';

export interface ZipkinConfig extends HttpServerConfig {
  /** Tags that look like numbers and booleans become such. */
  readonly parse_string_tags: boolean;
}

export const zipkinConfig: z.ZodType<ZipkinConfig> = nullMeansDefaults(
  z
    .strictObject({
      ...httpServerFields({ endpoint: 'localhost:9411' }),
      parse_string_tags: z.boolean().default(false),
    })
    .superRefine(checkEndpoint),
);
