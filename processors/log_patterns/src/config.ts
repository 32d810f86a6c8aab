import { nullMeansDefaults } from '@sonde/pipeline';
import { z } from 'zod';

export interface LogPatternsConfig {
  /** Write the values that a record has where its pattern has `<*>`. */
  readonly variables: boolean;
  /** Write the pattern's template as it is at that time beside its id. */
  readonly template: boolean;
  /** Give records without a severity the one that their text says. */
  readonly severity: boolean;
  /** Tell the store what it must know to group ids, on the records themselves. */
  readonly news: boolean;
  /** Signatures a source (tenant and service) is kept for; the coldest quarter goes. */
  readonly max_patterns_per_source: number;
  /** Of all sources. */
  readonly max_patterns: number;
  readonly max_sources: number;
}

const count = (preset: number, limit: number): z.ZodDefault<z.ZodNumber> =>
  z.number().int().positive().max(limit).default(preset);

export const logPatternsConfig: z.ZodType<LogPatternsConfig> = nullMeansDefaults(
  z.strictObject({
    variables: z.boolean().default(true),
    template: z.boolean().default(false),
    severity: z.boolean().default(true),
    news: z.boolean().default(true),
    max_patterns_per_source: count(4096, 65_536),
    max_patterns: count(8192, 1 << 20),
    max_sources: count(1024, 65_536),
  }),
);
