import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { type Entry, type EntryMap, typeName } from '../entry.ts';
import { PARSED_KEYS_MAX } from '../limits.ts';
import { type OperatorType, PARSER, parserSpec } from '../operator-config.ts';
import { OperatorError } from '../operator-error.ts';
import { readCsvLine } from './read-csv-line.ts';

const fields = z.strictObject({
  ...PARSER,
  header: z.string().default(''),
  header_delimiter: z.string().optional(),
  header_attribute: z.string().default(''),
  delimiter: z.string().default(','),
  lazy_quotes: z.boolean().default(false),
  ignore_quotes: z.boolean().default(false),
});

type Fields = z.output<typeof fields>;

/** Parses a line of CSV into a map with the names of a header. */
export const csvParser: OperatorType = {
  type: 'csv_parser',
  schema: fields
    .superRefine((config, context) => {
      for (const text of problems(config)) refuseMeaning(context, { text });
    })
    .transform((config) => {
      const { header, delimiter, lazy_quotes: lazy, ignore_quotes: ignore } = config;
      const headerDelimiter = config.header_delimiter ?? delimiter;
      const names = header === '' ? undefined : splitHeader(header, headerDelimiter);
      return parserSpec(config, (value, entry) => {
        if (typeof value !== 'string') {
          throw new OperatorError(`type '${typeName(value)}' cannot be parsed as csv`);
        }
        const keys = names ?? headerOf(entry, config.header_attribute, headerDelimiter);
        const cells = ignore ? value.split(delimiter) : readCsvLine(value, { delimiter, lazy });
        return toMap(keys, cells);
      });
    }),
};

function problems(config: Fields): readonly string[] {
  const found: string[] = [];
  const { header, header_attribute: attribute, delimiter } = config;
  if (header === '' && attribute === '') {
    found.push("missing required field 'header' or 'header_attribute'");
  }
  if (header !== '' && attribute !== '') {
    found.push("only one header parameter can be set: 'header' or 'header_attribute'");
  }
  if ([...delimiter].length !== 1 || delimiter === '\n' || delimiter === '\r') {
    found.push(`invalid 'delimiter': '${delimiter}'`);
  }
  if (config.lazy_quotes && config.ignore_quotes) {
    found.push("only one of 'ignore_quotes' or 'lazy_quotes' can be true");
  }
  const headerDelimiter = config.header_delimiter ?? delimiter;
  if (header !== '' && !header.includes(headerDelimiter)) {
    found.push(`missing field delimiter in header`);
  }
  return found;
}

function splitHeader(header: string, delimiter: string): readonly string[] {
  return header.split(delimiter, PARSED_KEYS_MAX);
}

function headerOf(entry: Entry, attribute: string, delimiter: string): readonly string[] {
  const header = entry.attributes.get(attribute);
  if (typeof header === 'string') return splitHeader(header, delimiter);
  const problem = header === undefined ? 'is missing' : `is a ${typeName(header)}`;
  throw new OperatorError(`failed to read dynamic header attribute ${attribute}: it ${problem}`);
}

function toMap(keys: readonly string[], cells: readonly string[]): EntryMap {
  if (keys.length !== cells.length) {
    throw new OperatorError(
      `wrong number of fields: expected ${keys.length}, found ${cells.length}`,
    );
  }
  return new Map(keys.map((key, i) => [key, cells[i] ?? '']));
}
