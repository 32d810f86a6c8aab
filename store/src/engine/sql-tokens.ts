/** Tokens of one statement; more is refused. A statement with a long IN list has a few thousand. */
export const TOKENS_MAX = 200_000;

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'symbol';

export interface Token {
  readonly kind: TokenKind;
  /** A word or symbol as written; the inside of quotes, escapes untouched. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

/** The text ends inside a quote or comment: more of it may follow. */
export class UnfinishedSqlError extends Error {
  constructor(what: string) {
    super(`unterminated ${what}`);
    this.name = 'UnfinishedSqlError';
  }
}

/** Text that this tokenizer and the engine's might read differently; only raised when `strict`. */
export class AmbiguousSqlError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'AmbiguousSqlError';
  }
}

export interface TokenizeOptions {
  /**
   * Refuses what two tokenizers could disagree on (nested comments, heredocs, `#`, characters
   * outside ASCII or control characters outside quotes): what a guard does not understand, it must
   * not wave through.
   */
  readonly strict: boolean;
}

const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const DIGITS = /[0-9]+/y;
const HEREDOC_TAG = /\$[A-Za-z0-9_]*\$/y;
const SPACE = /[ \t\n\r\f\v]+/y;

function matchAt(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

/** End of the quote that opens at `at`; a backslash or a doubled quote does not close it. */
function quoteEnd(sql: string, at: number): number {
  const quote = sql[at];
  for (let i = at + 1; i < sql.length; i++) {
    if (sql[i] === '\\') i++;
    else if (sql[i] === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i++;
    }
  }
  throw new UnfinishedSqlError('quote');
}

/** End of the comment that opens at `at`. The engine nests them; `strict` refuses nesting. */
function blockCommentEnd(sql: string, at: number, strict: boolean): number {
  let depth = 0;
  for (let i = at; i < sql.length; i++) {
    const pair = sql.slice(i, i + 2);
    if (pair === '/*') {
      depth++;
      i++;
      if (strict && depth > 1) throw new AmbiguousSqlError('a comment inside a comment');
    } else if (pair === '*/') {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  throw new UnfinishedSqlError('comment');
}

function lineCommentEnd(sql: string, at: number, strict: boolean): number {
  const newline = sql.indexOf('\n', at);
  const end = newline === -1 ? sql.length : newline + 1;
  if (strict && /[\r\v\f\0](?!\n)/.test(sql.slice(at, end))) {
    throw new AmbiguousSqlError('a control character in a comment');
  }
  return end;
}

/** End of a comment or blank at `at`; `at` itself where there is none. */
function blankEnd(sql: string, at: number, strict: boolean): number {
  const spaces = matchAt(SPACE, sql, at);
  if (spaces !== undefined) return at + spaces.length;
  const pair = sql.slice(at, at + 2);
  if (pair === '--') return lineCommentEnd(sql, at, strict);
  if (pair === '/*') return blockCommentEnd(sql, at, strict);
  if (pair === '# ' || pair === '#!') return strict ? at : lineCommentEnd(sql, at, false);
  return at;
}

function heredoc(sql: string, at: number): Token | undefined {
  const tag = matchAt(HEREDOC_TAG, sql, at);
  if (tag === undefined) return undefined;
  const close = sql.indexOf(tag, at + tag.length);
  if (close === -1) throw new UnfinishedSqlError('heredoc');
  const text = sql.slice(at + tag.length, close);
  return { kind: 'string', text, at, end: close + tag.length };
}

function refuseAmbiguous(sql: string, at: number): void {
  const code = sql.charCodeAt(at);
  if (code < 0x20 || code > 0x7e) {
    throw new AmbiguousSqlError('a character outside printable ASCII outside quotes');
  }
  if (sql[at] === '#' || sql[at] === '$') throw new AmbiguousSqlError(`${sql[at]} outside quotes`);
}

function readToken(sql: string, at: number, strict: boolean): Token {
  if (strict) refuseAmbiguous(sql, at);
  const character = sql.charAt(at);
  if (character === "'" || character === '"' || character === '`') {
    const end = quoteEnd(sql, at);
    const kind = character === "'" ? 'string' : 'quoted';
    return { kind, text: sql.slice(at + 1, end - 1), at, end };
  }
  const word = matchAt(WORD, sql, at);
  if (word !== undefined) return { kind: 'word', text: word, at, end: at + word.length };
  // Letters after digits start a word of their own: `1.file(` must not hide a name in a number.
  const digits = matchAt(DIGITS, sql, at);
  if (digits !== undefined) return { kind: 'number', text: digits, at, end: at + digits.length };
  return heredoc(sql, at) ?? { kind: 'symbol', text: character, at, end: at + 1 };
}

/**
 * The tokens of ClickHouse SQL, lazily, so that the data after an INSERT is never looked at.
 * `sql` holds one character a byte (latin1), so that positions are byte offsets.
 *
 * Throws `UnfinishedSqlError` and, when strict, `AmbiguousSqlError`.
 * Source: ClickHouse src/Parsers/Lexer.cpp.
 */
export function* tokenize(sql: string, options: TokenizeOptions): Generator<Token> {
  let at = 0;
  let count = 0;
  while (at < sql.length) {
    const blank = blankEnd(sql, at, options.strict);
    if (blank > at) {
      at = blank;
      continue;
    }
    if (++count > TOKENS_MAX) throw new AmbiguousSqlError(`more than ${TOKENS_MAX} tokens`);
    const token = readToken(sql, at, options.strict);
    at = token.end;
    yield token;
  }
}

/** Whether the token is this keyword; keywords are words in any case, never quoted. */
export function isKeyword(token: Token | undefined, keyword: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === keyword;
}

export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.text === symbol;
}
