import type { GoRegexp } from '@sonde/go-regexp';
import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { pattern } from '../config-fields.ts';
import { type EntryMap, typeName } from '../entry.ts';
import { CACHE_SIZE_MAX } from '../limits.ts';
import { type OperatorType, PARSER, parserSpec } from '../operator-config.ts';
import { OperatorError } from '../operator-error.ts';

/** Makes a map of the named groups of a pattern. */
export const regexParser: OperatorType = {
  type: 'regex_parser',
  schema: z
    .strictObject({
      ...PARSER,
      regex: pattern(),
      cache: z.strictObject({ size: z.int().nonnegative().default(0) }).optional(),
    })
    .superRefine(({ regex }, context) => {
      if (regex.groupNames.some((name) => name !== '')) return;
      refuseMeaning(context, { text: 'no named capture groups in regex pattern', path: ['regex'] });
    })
    .transform((config) => {
      const remember = remembering(config.cache?.size ?? 0);
      return parserSpec(config, (value) => {
        if (typeof value === 'string')
          return remember(value, () => matchGroups(config.regex, value));
        throw new OperatorError(`type '${typeName(value)}' cannot be parsed as regex`);
      });
    }),
};

/** The named groups of the first match. Throws `OperatorError` without one. */
export function matchGroups(regexp: GoRegexp, text: string): EntryMap {
  const groups = regexp.findGroups(text);
  if (groups === undefined) throw new OperatorError('regex pattern does not match');
  const map: EntryMap = new Map();
  for (const [index, name] of regexp.groupNames.entries()) {
    if (name !== '') map.set(name, groups[index] ?? '');
  }
  return map;
}

/** Keeps the answers for the last texts; the oldest goes first. */
function remembering(size: number): (text: string, make: () => EntryMap) => EntryMap {
  const most = Math.min(size, CACHE_SIZE_MAX);
  if (most === 0) return (_, make) => make();
  const known = new Map<string, EntryMap>();
  return (text, make) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make();
    const [oldest] = known.keys();
    if (known.size >= most && oldest !== undefined) known.delete(oldest);
    known.set(text, made);
    return made;
  };
}
