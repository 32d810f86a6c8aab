import { refuseReading } from '@sonde/pipeline';
import { z } from 'zod';
import { type ErrorMode, errorModeOf } from './error-policy.ts';

/** An `error_mode` of the configuration, in any case. */
export const ERROR_MODE: z.ZodType<ErrorMode, string> = z
  .string()
  .transform((text, context): ErrorMode => {
    const mode = errorModeOf(text);
    if (mode !== undefined) return mode;
    refuseReading(context, {
      text: `unknown error mode ${text.toLowerCase()}`,
      hint: 'propagate, ignore or silent',
    });
    return z.NEVER;
  });
