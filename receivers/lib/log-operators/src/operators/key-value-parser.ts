import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { type EntryMap, typeName } from '../entry.ts';
import { PARSED_KEYS_MAX } from '../limits.ts';
import { type OperatorType, PARSER, parserSpec } from '../operator-config.ts';
import { OperatorError } from '../operator-error.ts';

/** Parses `key=value` pairs. */
export const keyValueParser: OperatorType = {
  type: 'key_value_parser',
  schema: z
    .strictObject({
      ...PARSER,
      delimiter: z.string().default('='),
      pair_delimiter: z.string().default(''),
    })
    .superRefine(({ delimiter, pair_delimiter: pair }, context) => {
      if (delimiter === '') refuseMeaning(context, { text: 'delimiter is a required parameter' });
      if (delimiter === (pair === '' ? ' ' : pair)) {
        refuseMeaning(context, { text: 'delimiter and pair_delimiter cannot be the same value' });
      }
    })
    .transform((config) =>
      parserSpec(config, (value) => {
        if (typeof value !== 'string') {
          throw new OperatorError(`type ${typeName(value)} cannot be parsed as key value pairs`);
        }
        if (value === '') throw new OperatorError(`parse from field ${config.parse_from} is empty`);
        return toMap(splitPairs(value, config.pair_delimiter), config.delimiter);
      }),
    ),
};

/** Pairs of a text; what stands in quotes is not divided. No delimiter is any white space. */
export function splitPairs(text: string, delimiter: string): readonly string[] {
  const pairs: string[] = [];
  let pair = '';
  let quote = '';
  const end = (): void => {
    if (pair.trim() !== '') pairs.push(pair);
    if (pairs.length > PARSED_KEYS_MAX) throw new OperatorError('too many pairs');
    pair = '';
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
      pair += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      pair += char;
    } else if (delimiter === '' ? /\s/.test(char) : text.startsWith(delimiter, at)) {
      end();
      at += Math.max(0, delimiter.length - 1);
    } else {
      pair += char;
    }
  }
  if (quote !== '') throw new OperatorError('never reached the end of a quoted value');
  end();
  return pairs;
}

function toMap(pairs: readonly string[], delimiter: string): EntryMap {
  const map: EntryMap = new Map();
  for (const pair of pairs) {
    const at = pair.indexOf(delimiter);
    if (at < 0) {
      throw new OperatorError(`cannot split ${JSON.stringify(pair.slice(0, 100))} into 2 items`);
    }
    map.set(bare(pair.slice(0, at)), bare(pair.slice(at + delimiter.length)));
  }
  return map;
}

/** Without white space and the quotes around it. */
function bare(text: string): string {
  const trimmed = text.trim();
  const quote = trimmed[0];
  const isQuoted =
    (quote === '"' || quote === "'") && trimmed.length > 1 && trimmed.endsWith(quote);
  return isQuoted ? trimmed.slice(1, -1) : trimmed;
}
