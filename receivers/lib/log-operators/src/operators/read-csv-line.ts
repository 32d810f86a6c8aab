import { PARSED_KEYS_MAX } from '../limits.ts';
import { OperatorError } from '../operator-error.ts';

export interface CsvOptions {
  /** One character. */
  readonly delimiter: string;
  /** Quotes may stand anywhere. */
  readonly lazy: boolean;
}

/** The cells of one record of CSV (RFC 4180), which may have line breaks in quotes. */
export function readCsvLine(line: string, options: CsvOptions): readonly string[] {
  const cells: string[] = [];
  for (let at = 0; at <= line.length; ) {
    if (cells.length >= PARSED_KEYS_MAX) throw new OperatorError('too many fields');
    const cell = line[at] === '"' ? quotedCell(line, at, options) : bareCell(line, at, options);
    cells.push(cell.text);
    at = cell.next;
  }
  return cells;
}

interface Cell {
  readonly text: string;
  /** Behind the delimiter; past the end of the line for the last cell. */
  readonly next: number;
}

function bareCell(line: string, from: number, { delimiter, lazy }: CsvOptions): Cell {
  const end = line.indexOf(delimiter, from);
  const text = line.slice(from, end < 0 ? line.length : end);
  if (!lazy && text.includes('"')) throw new OperatorError('bare " in non-quoted-field');
  return { text, next: end < 0 ? line.length + 1 : end + delimiter.length };
}

function quotedCell(line: string, from: number, { delimiter, lazy }: CsvOptions): Cell {
  let text = '';
  for (let at = from + 1; at < line.length; at++) {
    const char = line[at];
    if (char !== '"') {
      text += char;
    } else if (line[at + 1] === '"') {
      text += '"';
      at++;
    } else if (at + 1 === line.length || line.startsWith(delimiter, at + 1)) {
      return { text, next: at + 1 + delimiter.length };
    } else if (lazy) {
      text += char;
    } else {
      throw new OperatorError('extraneous or missing " in quoted-field');
    }
  }
  if (lazy) return { text, next: line.length + 1 };
  throw new OperatorError('extraneous or missing " in quoted-field');
}
