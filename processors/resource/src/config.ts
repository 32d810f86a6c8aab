import { type ActionConfig, actionList } from '@sonde/attribute-actions';
import { nullMeansDefaults } from '@sonde/pipeline';
import { z } from 'zod';

export interface ResourceConfig {
  readonly attributes: readonly ActionConfig[];
}

export const resourceConfig: z.ZodType<ResourceConfig> = nullMeansDefaults(
  z.strictObject({ attributes: actionList('attributes') }),
);
