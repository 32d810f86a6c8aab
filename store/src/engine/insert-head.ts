import { isKeyword, isSymbol, type Token, tokenize, UnfinishedSqlError } from './sql-tokens.ts';

/** Where in `INSERT INTO t (a, b) FORMAT Native <data>` the statement ends and the data begins. */
export interface InsertHead {
  /** Byte offset after the statement, before FORMAT or VALUES. */
  readonly statementEnd: number;
  readonly format: string;
  /** Byte offset of the first byte of data. */
  readonly dataStart: number;
}

/** `more`: undecided until more bytes are there; `none`: not an INSERT with data. */
export type InsertHeadAnswer = InsertHead | 'more' | 'none';

/** A cursor over lazily read tokens, to the last that is certain to be whole. */
class TokenCursor {
  readonly #tokens: Iterator<Token>;
  readonly #end: number;
  current: Token | undefined;

  constructor(sql: string, complete: boolean) {
    this.#tokens = tokenize(sql, { strict: false });
    // A token at the very end may go on in bytes that are not here yet.
    this.#end = complete ? sql.length : sql.length - 1;
    this.advance();
  }

  advance(): Token | undefined {
    const step = this.#tokens.next();
    this.current = step.done === true || step.value.end > this.#end ? undefined : step.value;
    return this.current;
  }

  takeKeyword(keyword: string): boolean {
    if (!isKeyword(this.current, keyword)) return false;
    this.advance();
    return true;
  }

  /** Skips to behind the bracket that closes the one the cursor is on. */
  skipBrackets(open: string, close: string): void {
    let depth = 0;
    while (this.current !== undefined) {
      if (isSymbol(this.current, open)) depth++;
      if (isSymbol(this.current, close) && --depth === 0) {
        this.advance();
        return;
      }
      this.advance();
    }
  }

  /** `name`, `"name"` or `{parameter:Identifier}`. */
  skipName(): void {
    if (isSymbol(this.current, '{')) this.skipBrackets('{', '}');
    else this.advance();
  }
}

/** The data begins after blanks, at most one of them a line break (ParserInsertQuery.cpp). */
function dataStartAfterFormat(sql: string, end: number): number {
  let at = end;
  while (sql[at] === ' ' || sql[at] === '\t' || sql[at] === '\f') at++;
  if (sql[at] === '\r') at++;
  if (sql[at] === '\n') at++;
  return at;
}

function skipTableName(cursor: TokenCursor): void {
  cursor.takeKeyword('INTO');
  cursor.takeKeyword('TABLE');
  cursor.skipName();
  if (isSymbol(cursor.current, '.')) {
    cursor.advance();
    cursor.skipName();
  }
}

/** What an INSERT does besides putting its data into a table. */
export interface InsertTraits {
  /** `INSERT INTO FUNCTION file(...)`: writes files or to the network instead of a table. */
  readonly intoFunction: boolean;
  /** It has a SETTINGS clause. */
  readonly hasSettings: boolean;
}

/** `sql` is the statement before its data, one character a byte. */
export function insertTraits(sql: string): InsertTraits {
  const cursor = new TokenCursor(sql, true);
  for (const keyword of ['INSERT', 'INTO', 'TABLE']) cursor.takeKeyword(keyword);
  const intoFunction = isKeyword(cursor.current, 'FUNCTION');
  skipTableName(cursor);
  let hasSettings = false;
  while (cursor.current !== undefined && !hasSettings) {
    hasSettings = isKeyword(cursor.current, 'SETTINGS');
    if (isSymbol(cursor.current, '(')) cursor.skipBrackets('(', ')');
    else cursor.advance();
  }
  return { intoFunction, hasSettings };
}

function findData(sql: string, complete: boolean): InsertHeadAnswer {
  const cursor = new TokenCursor(sql, complete);
  if (!cursor.takeKeyword('INSERT'))
    return cursor.current === undefined && !complete ? 'more' : 'none';
  skipTableName(cursor);
  while (cursor.current !== undefined) {
    const token = cursor.current;
    if (isKeyword(token, 'VALUES')) {
      return { statementEnd: token.at, format: 'Values', dataStart: token.end };
    }
    if (isKeyword(token, 'FORMAT')) return formatData(sql, token, cursor.advance(), complete);
    if (isKeyword(token, 'SELECT') || isKeyword(token, 'WITH') || isKeyword(token, 'FROM')) {
      return 'none';
    }
    if (isSymbol(token, '(')) cursor.skipBrackets('(', ')');
    else cursor.advance();
  }
  return complete ? 'none' : 'more';
}

function formatData(
  sql: string,
  keyword: Token,
  name: Token | undefined,
  complete: boolean,
): InsertHeadAnswer {
  if (name === undefined) return complete ? 'none' : 'more';
  const dataStart = dataStartAfterFormat(sql, name.end);
  // The blanks behind the name may go on in bytes that are not here yet.
  if (dataStart >= sql.length && !complete) return 'more';
  return { statementEnd: keyword.at, format: name.text, dataStart };
}

/**
 * Splits an INSERT from its data without looking at the data.
 *
 * `head` is the beginning of the request, one character a byte; `complete` says that nothing
 * follows it.
 */
export function splitInsert(head: string, complete: boolean): InsertHeadAnswer {
  try {
    return findData(head, complete);
  } catch (error) {
    if (error instanceof UnfinishedSqlError) return complete ? 'none' : 'more';
    throw error;
  }
}
