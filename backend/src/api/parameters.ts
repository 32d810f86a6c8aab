import { z } from '@hono/zod-openapi';
import { ANSWER_LIMITS } from '../limits.ts';
import { INSTANT_FORMS, parseInstant } from './instant.ts';

/** A query parameter that becomes `T`; absent is allowed where the schema has a default. */
type Parameter<T> = z.ZodType<T, string | undefined>;

function instant(fallback: string, description: string): Parameter<number> {
  return z
    .string()
    .default(fallback)
    .openapi({ description: `${description} One of ${INSTANT_FORMS}.`, example: fallback })
    .transform((text, context) => {
      const ms = parseInstant(text, Date.now());
      if (ms !== undefined) return ms;
      context.addIssue({ code: 'custom', message: `must be one of ${INSTANT_FORMS}` });
      return z.NEVER;
    });
}

/** `from` inclusive, `to` exclusive, in milliseconds since the epoch. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** The two parameters of every area that looks at a time range; check it with `checkRange`. */
export const rangeParameters: { from: Parameter<number>; to: Parameter<number> } = {
  from: instant('now-1h', 'Start of the range, inclusive.'),
  to: instant('now', 'End of the range, exclusive.'),
};

const DAY_MS = 86_400_000;

/** Refinement of an object with `rangeParameters`: says what is allowed when the range is not. */
export function checkRange(range: TimeRange, context: z.core.$RefinementCtx): void {
  if (range.from >= range.to) {
    context.addIssue({
      code: 'custom',
      path: ['from'],
      message: `must be before \`to\` (from is ${iso(range.from)}, to is ${iso(range.to)})`,
    });
  } else if (range.to - range.from > ANSWER_LIMITS.rangeMsMax) {
    const days = Math.ceil((range.to - range.from) / DAY_MS);
    context.addIssue({
      code: 'custom',
      path: ['from'],
      message: `to \`to\` is ${days} days; at most ${ANSWER_LIMITS.rangeMsMax / DAY_MS} days can be asked for`,
    });
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Text of at most so many characters that filters when present and not empty. */
export function textParameter(
  description: string,
  example: string,
  lengthMax: number = ANSWER_LIMITS.textLengthMax,
): Parameter<string | undefined> {
  return z
    .string()
    .max(lengthMax)
    .optional()
    .openapi({ description, example })
    .transform((text) => (text === '' ? undefined : text));
}

/** Whole number within `[min, max]`, written in decimal. */
export function integerParameter(options: {
  readonly description: string;
  readonly min: number;
  readonly max: number;
  readonly example: number;
}): Parameter<number | undefined> {
  const { description, min, max, example } = options;
  return z
    .string()
    .optional()
    .openapi({ description, example: String(example), type: 'integer', minimum: min, maximum: max })
    .transform((text, context) => {
      if (text === undefined || text === '') return undefined;
      const value = Number(text);
      if (/^\d{1,16}$/.test(text) && value >= min && value <= max) return value;
      context.addIssue({ code: 'custom', message: `must be a whole number from ${min} to ${max}` });
      return z.NEVER;
    });
}

/** Rows of one page. */
export function limitParameter(): Parameter<number> {
  const { pageRowsDefault, pageRowsMax } = ANSWER_LIMITS;
  return integerParameter({
    description: `Rows of one page; ${pageRowsDefault} when absent.`,
    min: 1,
    max: pageRowsMax,
    example: pageRowsDefault,
  }).transform((limit) => limit ?? pageRowsDefault);
}

/** `true` or `false`; absent is false. */
export function flagParameter(description: string): Parameter<boolean> {
  return z
    .enum(['true', 'false', ''])
    .optional()
    .openapi({ description, example: 'true', type: 'boolean' })
    .transform((text) => text === 'true');
}

/** Lower- or upper-case hex of `bytes` bytes, given back in lower case. */
export function hexParameter(
  bytes: number,
  description: string,
  example: string,
): z.ZodType<string, string> {
  return z
    .string()
    .regex(new RegExp(`^[0-9a-fA-F]{${bytes * 2}}$`), `must be ${bytes * 2} hex digits`)
    .openapi({ description, example })
    .transform((text) => text.toLowerCase());
}
