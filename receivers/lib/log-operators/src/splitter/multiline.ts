import type { GoRegexp } from '@sonde/go-regexp';
import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { pattern } from '../config-fields.ts';
import type { TextEncoding } from '../encoding.ts';
import { LineSplitter, lineFeedOf, WholeSplitter } from './line-splitter.ts';
import { AnchoredSplitter, type MultilineConfig, PatternSplitter } from './pattern-splitter.ts';
import type { Splitter } from './splitter.ts';

/** Undefined: a record a line. */
export type MultilineFields = MultilineConfig | undefined;

/** The key `multiline`. */
export function multiline(): z.ZodType<MultilineFields> {
  return z
    .strictObject({
      line_start_pattern: pattern().optional(),
      line_end_pattern: pattern().optional(),
      omit_pattern: z.boolean().default(false),
    })
    .transform((config, context): MultilineFields => {
      const start = given(config.line_start_pattern);
      const end = given(config.line_end_pattern);
      if (start !== undefined && end !== undefined) {
        refuseMeaning(context, {
          text: 'only one of line_start_pattern or line_end_pattern can be set',
        });
        return z.NEVER;
      }
      const omit = config.omit_pattern;
      if (start !== undefined) return { which: 'start', pattern: start, omit };
      return end === undefined ? undefined : { which: 'end', pattern: end, omit };
    })
    .optional();
}

/** An empty pattern is none, as upstream. */
function given(regexp: GoRegexp | undefined): GoRegexp | undefined {
  return regexp?.pattern === '' ? undefined : regexp;
}

export interface SplitterConfig {
  readonly encoding: TextEncoding;
  readonly multiline: MultilineFields;
}

/** Why these cannot go together; undefined where they can. */
export function splitterProblem({
  encoding,
  multiline: config,
}: SplitterConfig): string | undefined {
  if (config === undefined) return undefined;
  if (encoding.kind === 'nop') return 'multiline should not be set when using nop encoding';
  if (encoding.kind !== 'other' || isByLine(config)) return undefined;
  return `multiline with the encoding '${encoding.name}' wants a pattern that begins with ^ or ends with $`;
}

export function splitterOf({ encoding, multiline: config }: SplitterConfig): Splitter {
  if (encoding.kind === 'nop') return new WholeSplitter();
  if (config === undefined) return new LineSplitter(lineFeedOf(encoding.kind));
  if (isByLine(config)) return new AnchoredSplitter(config, encoding);
  return new PatternSplitter(config, encoding);
}

/** Whether it is enough to look at each line alone. */
function isByLine({ which, pattern: { pattern: text } }: MultilineConfig): boolean {
  if (text.includes('\\n') || hasAlternatives(text)) return false;
  return which === 'start' ? /^(?:\(\?[imsU]+\))?\^/.test(text) : /(?:^|[^\\])\$$/.test(text);
}

/** Whether there is a `|` outside of groups. */
function hasAlternatives(text: string): boolean {
  // What stands in brackets are characters.
  const plain = text.replace(/\\./g, '').replace(/\[\^?\]?[^\]]*\]/g, '');
  let depth = 0;
  for (const char of plain) {
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '|' && depth === 0) return true;
  }
  return false;
}
