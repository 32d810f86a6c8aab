import { TextError } from './text-error.ts';

const BARE_QUOTE = 'bare " in non-quoted-field';
const STRAY_QUOTE = 'extraneous or missing " in quoted-field';

/**
 * The fields of one row of comma-separated text, as Go's `encoding/csv` reads them. Line feeds do
 * not end the row: the next line goes on with the last field. `lazyQuotes` lets quotes stand within
 * fields. Throws `TextError`.
 */
export function readCsvRow(row: string, delimiter: string, lazyQuotes: boolean): string[] {
  const lines = row.split('\n').map((line) => line.replace(/\r$/, ''));
  const reader = new CsvReader(lines, delimiter, lazyQuotes);
  let fields: string[] | undefined;
  for (;;) {
    const record = reader.next();
    if (record === undefined) break;
    if (record.fault !== undefined && record.fields.length === 0) {
      throw new TextError(`read csv line: ${record.fault}`);
    }
    if (fields === undefined) fields = record.fields;
    else {
      const last = fields.pop() ?? '';
      fields.push(`${last}\n${record.fields[0] ?? ''}`, ...record.fields.slice(1));
    }
  }
  if (fields === undefined) throw new TextError('no csv lines found');
  return fields;
}

/** Fields by their names. Throws `TextError` where their numbers differ. */
export function fieldsByHeader(
  headers: readonly string[],
  fields: readonly string[],
): Map<string, string> {
  if (fields.length !== headers.length) {
    throw new TextError(
      `wrong number of fields: expected ${headers.length}, found ${fields.length}`,
    );
  }
  return new Map(headers.map((header, index) => [header, fields[index] ?? '']));
}

interface CsvRecord {
  fields: string[];
  /** What ended the record early; fields before it count. */
  fault?: string;
}

/** What a field ends with: another one, the record, or a mistake. */
type FieldEnd = 'field' | 'record' | { fault: string };

class CsvReader {
  readonly #lines: readonly string[];
  readonly #delimiter: string;
  readonly #lazyQuotes: boolean;
  #lineIndex = 0;
  #line = '';
  #at = 0;
  #startLine = 0;

  constructor(lines: readonly string[], delimiter: string, lazyQuotes: boolean) {
    this.#lines = lines;
    this.#delimiter = delimiter;
    this.#lazyQuotes = lazyQuotes;
  }

  next(): CsvRecord | undefined {
    while (this.#lines[this.#lineIndex] === '') this.#lineIndex++;
    if (!this.#readLine()) return undefined;
    this.#startLine = this.#lineIndex;
    const fields: string[] = [];
    for (;;) {
      const isQuoted = this.#line[this.#at] === '"';
      const end = isQuoted ? this.#quotedField(fields) : this.#plainField(fields);
      if (end === 'record') return { fields };
      if (end !== 'field') return { fields, fault: end.fault };
    }
  }

  #readLine(): boolean {
    const line = this.#lines[this.#lineIndex];
    if (line === undefined) return false;
    this.#line = line;
    this.#lineIndex++;
    this.#at = 0;
    return true;
  }

  #plainField(fields: string[]): FieldEnd {
    const found = this.#line.indexOf(this.#delimiter, this.#at);
    const field = this.#line.slice(this.#at, found < 0 ? undefined : found);
    const quote = this.#lazyQuotes ? -1 : field.indexOf('"');
    if (quote >= 0) return this.#fault(BARE_QUOTE, this.#at + quote);
    fields.push(field);
    if (found < 0) return 'record';
    this.#at = found + this.#delimiter.length;
    return 'field';
  }

  #quotedField(fields: string[]): FieldEnd {
    let field = '';
    this.#at++;
    for (;;) {
      const quote = this.#line.indexOf('"', this.#at);
      if (quote < 0) {
        field += this.#line.slice(this.#at);
        this.#at = this.#line.length;
        if (this.#readLine()) {
          field += '\n';
          continue;
        }
        if (!this.#lazyQuotes) return this.#fault(STRAY_QUOTE, this.#at);
        fields.push(field);
        return 'record';
      }
      field += this.#line.slice(this.#at, quote);
      this.#at = quote + 1;
      if (this.#line[this.#at] === '"') {
        field += '"';
        this.#at++;
      } else if (this.#line.startsWith(this.#delimiter, this.#at)) {
        this.#at += this.#delimiter.length;
        fields.push(field);
        return 'field';
      } else if (this.#at === this.#line.length) {
        fields.push(field);
        return 'record';
      } else if (this.#lazyQuotes) field += '"';
      else return this.#fault(STRAY_QUOTE, quote);
    }
  }

  /** Lines and columns count from 1, columns in bytes. */
  #fault(reason: string, at: number): { fault: string } {
    const column = Buffer.byteLength(this.#line.slice(0, at)) + 1;
    const where = `parse error on line ${this.#lineIndex}, column ${column}: ${reason}`;
    const isElsewhere = this.#startLine !== this.#lineIndex;
    return { fault: isElsewhere ? `record on line ${this.#startLine}; ${where}` : where };
  }
}
