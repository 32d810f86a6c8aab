import { keyValuePairs, quoteGo, splitOutsideQuotes } from '@sonde/go-text';
import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import { byBytes } from '../value/json-text.ts';
import type { Value } from '../value/value.ts';
import { pdataText } from '../value/value-text.ts';
import { converter } from './define.ts';
import { parsedText } from './parsed-text.ts';

interface Delimiters {
  readonly delimiter: string;
  readonly pairDelimiter: string;
}

function delimitersOf<C>(args: Arguments<C>): Delimiters {
  const delimiter = args.has('delimiter') ? args.literalString('delimiter') : '=';
  if (delimiter === '') throw new CompileError('delimiter cannot be set to an empty string');
  const pairDelimiter = args.has('pair_delimiter') ? args.literalString('pair_delimiter') : ' ';
  if (pairDelimiter === '') {
    throw new CompileError('pair delimiter cannot be set to an empty string');
  }
  if (pairDelimiter === delimiter) {
    throw new CompileError(
      `pair delimiter ${quoteGo(pairDelimiter)} cannot be equal to delimiter ${quoteGo(delimiter)}`,
    );
  }
  return { delimiter, pairDelimiter };
}

const parse = converter('ParseKeyValue', ['target', 'delimiter?', 'pair_delimiter?'], (args) => {
  const target = args.string('target');
  const { delimiter, pairDelimiter } = delimitersOf(args);
  return (cursor) => {
    const text = target(cursor);
    if (text === '') throw new EvaluationError('cannot parse from empty target');
    const pairs = parsedText(
      () => splitOutsideQuotes(text, pairDelimiter),
      `splitting source ${quoteGo(text)} into pairs failed: `,
    );
    return parsedText(
      () => new Map<string, Value>(keyValuePairs(pairs, delimiter)),
      'failed to split pairs into key-values: ',
    );
  };
});

/** In quotes where a delimiter stands within it. */
function guarded(text: string, { delimiter, pairDelimiter }: Delimiters): string {
  const escaped = text.replaceAll('"', '\\"');
  const isPlain = !escaped.includes(delimiter) && !escaped.includes(pairDelimiter);
  return isPlain ? escaped : `"${escaped}"`;
}

const write = converter(
  'ToKeyValueString',
  ['target', 'delimiter?', 'pair_delimiter?', 'sort_output?'],
  (args) => {
    const target = args.map('target');
    const delimiters = delimitersOf(args);
    const isSorted = args.has('sort_output') && args.literalBool('sort_output');
    return (cursor) => {
      const entries = [...target(cursor)];
      if (isSorted) entries.sort(([a], [b]) => byBytes(a, b));
      const { delimiter, pairDelimiter } = delimiters;
      return entries
        .map(([key, value]) => {
          return guarded(key, delimiters) + delimiter + guarded(pdataText(value), delimiters);
        })
        .join(pairDelimiter);
    };
  },
);

export const KEY_VALUES: readonly FunctionDefinition[] = [parse, write];
