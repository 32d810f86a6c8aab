import { fieldsByHeader, readCsvRow } from '@sonde/go-text';
import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import type { Value } from '../value/value.ts';
import { converter } from './define.ts';
import { parsedText } from './parsed-text.ts';

type RowReader = (row: string, delimiter: string) => string[];

const MODES = new Map<string, RowReader>([
  ['strict', (row, delimiter) => readCsvRow(row, delimiter, false)],
  ['lazyQuotes', (row, delimiter) => readCsvRow(row, delimiter, true)],
  ['ignoreQuotes', (row, delimiter) => row.split(delimiter)],
]);

function delimiterOf<C>(args: Arguments<C>, name: string, fallback: string): string {
  if (!args.has(name)) return fallback;
  const delimiter = args.literalString(name);
  if ([...delimiter].length === 1) return delimiter;
  throw new CompileError(`invalid arguments: ${name} must be a single character`);
}

/** `ParseCSV(target, headers, delimiter, headerDelimiter, mode)`: one row as a map. */
export const parseCsv: FunctionDefinition = converter(
  'ParseCSV',
  ['target', 'header', 'delimiter?', 'header_delimiter?', 'mode?'],
  (args) => {
    const target = args.string('target');
    const header = args.string('header');
    const delimiter = delimiterOf(args, 'delimiter', ',');
    const headerDelimiter = delimiterOf(args, 'header_delimiter', delimiter);
    const mode = args.has('mode') ? args.literalString('mode') : 'strict';
    const read = MODES.get(mode);
    if (read === undefined) throw new CompileError(`unknown mode: ${mode}`);
    return (cursor) => {
      const row = target(cursor);
      const names = header(cursor);
      if (names === '') throw new EvaluationError('headers must not be an empty string');
      const fields = parsedText(() => read(row, delimiter));
      return parsedText(
        () => new Map<string, Value>(fieldsByHeader(names.split(headerDelimiter), fields)),
        'map csv headers: ',
      );
    };
  },
);
