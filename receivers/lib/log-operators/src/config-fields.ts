import { GoRegexp, GoRegexpError } from '@sonde/go-regexp';
import { refuseMeaning, refuseReading } from '@sonde/pipeline';
import { z } from 'zod';
import type { Entry, EntryValue } from './entry.ts';
import { ExpressionError } from './expr/expression-error.ts';
import { compileExprString, Program } from './expr/program.ts';
import { Field, FieldError } from './field.ts';
import { PATTERN_LENGTH_MAX } from './limits.ts';

/** A text, or its value once an entry is there. */
export type TextOfEntry = string | ((entry: Entry) => EntryValue);

/** A place in an entry. */
export function field(): z.ZodType<Field> {
  return z.string().transform((text, context): Field => {
    try {
      return Field.parse(text);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      refuseReading(context, {
        text: `invalid field ${JSON.stringify(text)}: ${error.message}`,
        hint: 'fields are body, attributes and resource, with keys: body.a, attributes["a.b"]',
      });
      return z.NEVER;
    }
  });
}

/** A field with a default. */
export function fieldOr(initial: string): z.ZodType<Field> {
  return field().prefault(initial);
}

/** An expression. */
export function expression(): z.ZodType<Program> {
  return z.string().transform((text, context): Program => {
    return compiled(text, context, () => new Program(text)) ?? z.NEVER;
  });
}

/** A pattern in Go's syntax. */
export function pattern(): z.ZodType<GoRegexp> {
  return z
    .string()
    .max(PATTERN_LENGTH_MAX)
    .transform((text, context): GoRegexp => {
      try {
        return new GoRegexp(text);
      } catch (error) {
        if (!(error instanceof GoRegexpError)) throw error;
        refuseMeaning(context, { text: error.message });
        return z.NEVER;
      }
    });
}

/** A text that may hold `EXPR(...)`. */
export function exprString(): z.ZodType<TextOfEntry> {
  return z.string().transform((text, context): TextOfEntry => {
    return compiled(text, context, () => compileExprString(text) ?? text) ?? z.NEVER;
  });
}

type Context = Parameters<typeof refuseMeaning>[0];

function compiled<T>(text: string, context: Context, compile: () => T): T | undefined {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    refuseMeaning(context, {
      text: `failed to compile expression '${text.slice(0, 200)}': ${error.message}`,
    });
    return undefined;
  }
}
