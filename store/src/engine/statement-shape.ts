import { CODES, engineError } from './engine-error.ts';
import {
  AmbiguousSqlError,
  isKeyword,
  isSymbol,
  type Token,
  tokenize,
  UnfinishedSqlError,
} from './sql-tokens.ts';

/** What the door must know of a statement before it runs it. */
export interface StatementShape {
  /** Reads rows and can be streamed; `other` is run whole (DDL, SHOW, INSERT ... SELECT). */
  readonly kind: 'select' | 'other';
  /** Of a FORMAT clause. */
  readonly format: string | undefined;
  /** Byte offset where the statement ends; a semicolon and blanks behind it are cut. */
  readonly end: number;
  /** It changes the session (SET, USE, temporary tables): its connection must not be used again. */
  readonly changesSession: boolean;
  /** It goes on after its answer (BACKUP, RESTORE ... ASYNC): its connection stays busy with it. */
  readonly goesOn: boolean;
}

function readTokens(sql: string): Token[] {
  try {
    return [...tokenize(sql, { strict: false })];
  } catch (error) {
    // The engine words its own syntax error; the shape of such a text does not matter.
    if (error instanceof UnfinishedSqlError) return [];
    if (error instanceof AmbiguousSqlError) {
      throw engineError(CODES.syntaxError, `Syntax error: ${error.message}`, error);
    }
    throw error;
  }
}

/** `FORMAT name` at the end or before SETTINGS, outside brackets. */
function outputFormat(tokens: readonly Token[]): string | undefined {
  let depth = 0;
  let format: string | undefined;
  for (const [index, token] of tokens.entries()) {
    if (isSymbol(token, '(')) depth++;
    else if (isSymbol(token, ')')) depth--;
    else if (depth === 0 && isKeyword(token, 'FORMAT')) {
      const name = tokens[index + 1];
      const next = tokens[index + 2];
      const last = next === undefined || isKeyword(next, 'SETTINGS');
      if (name?.kind === 'word' && last) format = name.text;
    }
  }
  return format;
}

function refuseOutfile(tokens: readonly Token[]): void {
  for (const [index, token] of tokens.entries()) {
    if (isKeyword(token, 'INTO') && isKeyword(tokens[index + 1], 'OUTFILE')) {
      throw engineError(CODES.notImplemented, 'INTO OUTFILE is not allowed');
    }
  }
}

function changesSession(tokens: readonly Token[]): boolean {
  const [first] = tokens;
  if (isKeyword(first, 'SET') || isKeyword(first, 'USE') || isKeyword(first, 'BEGIN')) return true;
  return tokens.slice(1, 4).some((token) => isKeyword(token, 'TEMPORARY'));
}

function goesOn(tokens: readonly Token[]): boolean {
  const [first] = tokens;
  if (!isKeyword(first, 'BACKUP') && !isKeyword(first, 'RESTORE')) return false;
  return tokens.some((token) => isKeyword(token, 'ASYNC'));
}

function readsRows(tokens: readonly Token[]): boolean {
  const first = tokens.find((token) => !isSymbol(token, '('));
  if (isKeyword(first, 'SELECT')) return true;
  return isKeyword(first, 'WITH') && !tokens.some((token) => isKeyword(token, 'INSERT'));
}

/**
 * Looks at a whole statement, one character a byte.
 *
 * Throws `EngineError`: two statements (62) and INTO OUTFILE (48) are refused for everybody, as
 * ClickHouse's HTTP interface does.
 */
export function statementShape(sql: string): StatementShape {
  const all = readTokens(sql);
  const semicolon = all.findIndex((token) => isSymbol(token, ';'));
  const tokens = semicolon === -1 ? all : all.slice(0, semicolon);
  if (all.slice(tokens.length).some((token) => !isSymbol(token, ';'))) {
    throw engineError(CODES.syntaxError, 'Syntax error: multi-statements are not allowed');
  }
  refuseOutfile(tokens);
  return {
    kind: readsRows(tokens) ? 'select' : 'other',
    format: outputFormat(tokens),
    end: all[semicolon]?.at ?? sql.length,
    changesSession: changesSession(tokens),
    goesOn: goesOn(tokens),
  };
}
