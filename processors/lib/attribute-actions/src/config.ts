import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import type { ActionConfig, RawValue } from './action-config.ts';
import { type ActionProblem, checkActions } from './check-actions.ts';

const RAW_VALUE: z.ZodType<RawValue> = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(RAW_VALUE),
    z.record(z.string(), RAW_VALUE),
  ]),
);

const ACTION: z.ZodType<ActionConfig> = z.strictObject({
  key: z.string().default(''),
  value: RAW_VALUE.optional(),
  pattern: z.string().default(''),
  from_attribute: z.string().default(''),
  from_context: z.string().default(''),
  converted_type: z.string().default(''),
  default_value: RAW_VALUE.optional(),
  action: z.string().default(''),
});

/**
 * The list of actions of the section `name` (`actions`, `attributes`), which must not be empty.
 * Upstream's texts.
 */
export function actionList(name: string): z.ZodType<readonly ActionConfig[]> {
  return z
    .array(ACTION)
    .default([])
    .superRefine((actions, context) => {
      const problem: ActionProblem | undefined =
        actions.length === 0 ? { text: `missing required field "${name}"` } : checkActions(actions);
      if (problem !== undefined) refuseMeaning(context, problem);
    });
}
