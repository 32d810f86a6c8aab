import { nullMeansDefaults } from '@sonde/pipeline';
import { z } from 'zod';

/** Connector `forward`: nothing to configure. */
export type ForwardConfig = Readonly<Record<string, never>>;

export const ForwardConfigSchema: z.ZodType<ForwardConfig> = nullMeansDefaults(z.strictObject({}));
