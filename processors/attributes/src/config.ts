import { type ActionConfig, actionList } from '@sonde/attribute-actions';
import { nullMeansDefaults } from '@sonde/pipeline';
import { type MatchProperties, matchProperties } from '@sonde/row-match';
import { z } from 'zod';

export interface AttributesConfig {
  /** Rows that are processed; all without it. */
  readonly include?: MatchProperties | undefined;
  /** Rows that are not, even if they are included. */
  readonly exclude?: MatchProperties | undefined;
  readonly actions: readonly ActionConfig[];
}

export const attributesConfig: z.ZodType<AttributesConfig> = nullMeansDefaults(
  z.strictObject({
    include: matchProperties(),
    exclude: matchProperties(),
    actions: actionList('actions'),
  }),
);
