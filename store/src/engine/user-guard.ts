import { CODES, engineError } from './engine-error.ts';
import type { FunctionPolicy } from './function-policy.ts';
import {
  AmbiguousSqlError,
  isKeyword,
  isSymbol,
  type Token,
  tokenize,
  UnfinishedSqlError,
} from './sql-tokens.ts';
import { isSystemDatabase, mayReadSystemTable } from './system-tables.ts';

/** What the guard knows of the engine and the caller. */
export interface GuardOptions {
  readonly functions: FunctionPolicy;
  /** Flat: name, value, name, value. */
  readonly parameters: readonly string[];
  /** The caller may see one tenant's rows only. */
  readonly narrowed: boolean;
}

/** What the value of an Identifier parameter may look like. */
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_.]{0,255}$/;

const READING_KEYWORDS = ['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN'];
/** EXPLAIN tells of other tenants' rows. */
const NARROWED_KEYWORDS = ['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS'];
/** What SHOW may show of other things than rows and statements, behind FULL, EXTENDED, CHANGED. */
const NARROWED_SHOWS: ReadonlySet<string> = new Set([
  ...['COLUMNS', 'CREATE', 'DATABASES', 'DICTIONARIES', 'ENGINES', 'FIELDS', 'FUNCTIONS', 'INDEX'],
  ...['INDEXES', 'INDICES', 'KEYS', 'SETTING', 'SETTINGS', 'TABLES', 'VIEWS'],
]);
const SHOW_MODIFIERS: ReadonlySet<string> = new Set(['CHANGED', 'EXTENDED', 'FULL']);

function refuse(code: number, why: string): never {
  throw engineError(code, why);
}

function readTokens(sql: string): Token[] {
  try {
    return [...tokenize(sql, { strict: true })];
  } catch (error) {
    if (error instanceof AmbiguousSqlError || error instanceof UnfinishedSqlError) {
      throw engineError(CODES.syntaxError, `Syntax error: ${error.message} is not allowed`, error);
    }
    throw error;
  }
}

/** Refuses statements that do anything but read; `narrowed` callers get fewer still. */
function checkFirstKeyword(tokens: readonly Token[], narrowed: boolean): void {
  const first = tokens.find((token) => !isSymbol(token, '('));
  const allowed = narrowed ? NARROWED_KEYWORDS : READING_KEYWORDS;
  if (!allowed.some((keyword) => isKeyword(first, keyword))) {
    refuse(CODES.readonly, 'user: Cannot execute query in readonly mode');
  }
  if (first !== undefined && isKeyword(first, 'SHOW')) checkShow(tokens, first, narrowed);
}

/** SHOW PROCESSLIST is other people's statements, SHOW MERGES other tenants' parts. */
function checkShow(tokens: readonly Token[], show: Token, narrowed: boolean): void {
  const behind = tokens.slice(tokens.indexOf(show) + 1).map((token) => token.text.toUpperCase());
  const what = behind.find((word) => !SHOW_MODIFIERS.has(word)) ?? '';
  if (narrowed ? NARROWED_SHOWS.has(what) : what !== 'PROCESSLIST') return;
  refuse(CODES.accessDenied, `user: Not enough privileges for SHOW ${what}`);
}

/** A call is a name before a bracket, or the name in `APPLY name` and `APPLY(name)`. */
function isCall(tokens: readonly Token[], index: number): boolean {
  if (isSymbol(tokens[index + 1], '(')) return true;
  // `APPLY(x -> f(x))`: a lambda's own name.
  if (isSymbol(tokens[index + 1], '-') && isSymbol(tokens[index + 2], '>')) return false;
  const before = tokens[index - 1];
  return isKeyword(isSymbol(before, '(') ? tokens[index - 2] : before, 'APPLY');
}

/** Quoting the name does not change what is called. */
function checkName(tokens: readonly Token[], index: number, options: GuardOptions): void {
  const token = tokens[index];
  if (token?.kind !== 'word' && token?.kind !== 'quoted') return;
  if (token.kind === 'quoted' && token.text.includes('\\')) {
    refuse(CODES.accessDenied, 'user: an escape in a name is not allowed');
  }
  if (isCall(tokens, index)) {
    if (options.functions.allows(token.text, token.kind === 'quoted')) return;
    refuse(CODES.accessDenied, `user: Not enough privileges to call ${token.text}`);
  }
  const before = tokens[index - 1];
  if (isSymbol(before, '.') || isKeyword(before, 'AS')) return;
  checkValueName(token.text, options);
}

/** A function given to another one by its bare name is called too. */
function checkValueName(name: string, options: GuardOptions): void {
  if (!options.functions.isForbiddenValue(name)) return;
  refuse(
    CODES.accessDenied,
    `user: Not enough privileges to call ${name}; a column of that name is read as table.${name}`,
  );
}

/** `{name:Identifier}` stands for whatever name its value is. */
function checkIdentifierParameter(
  tokens: readonly Token[],
  index: number,
  options: GuardOptions,
): void {
  const [name, colon, type] = tokens.slice(index, index + 3);
  if (name === undefined || !isSymbol(colon, ':') || !isKeyword(type, 'IDENTIFIER')) return;
  if (options.narrowed) {
    refuse(CODES.accessDenied, 'user: Identifier parameters are not allowed');
  }
  for (let at = 0; at < options.parameters.length; at += 2) {
    if (options.parameters[at] !== name.text) continue;
    const value = options.parameters[at + 1] ?? '';
    if (!PLAIN_NAME.test(value)) {
      refuse(CODES.accessDenied, `user: the Identifier parameter ${name.text} is no plain name`);
    }
    if (isSystemDatabase(value.split('.', 1)[0] ?? '')) {
      refuse(CODES.accessDenied, `user: the Identifier parameter ${name.text} names ${value}`);
    }
    checkValueName(value, options);
  }
}

/** SETTINGS behind FORMAT gets past the engine's `readonly`, and could lift any limit set here. */
function checkClauses(tokens: readonly Token[], index: number): void {
  const [token, next, after] = tokens.slice(index, index + 3);
  if (isKeyword(token, 'SETTINGS') && next?.kind === 'word' && isSymbol(after, '=')) {
    refuse(CODES.readonly, `Cannot modify '${next.text}' setting in readonly mode`);
  }
  if (isKeyword(token, 'OUTFILE') || isKeyword(token, 'INFILE')) {
    refuse(CODES.accessDenied, `user: ${token?.text} is not allowed`);
  }
}

function checkSystemTable(tokens: readonly Token[], index: number, narrowed: boolean): void {
  const [token, next, after] = tokens.slice(index, index + 3);
  const names = token?.kind === 'word' || token?.kind === 'quoted';
  if (!names || !isSymbol(next, '.')) return;
  if (!isSystemDatabase(token.text)) return;
  if (after === undefined || !mayReadSystemTable(token.text, after.text, narrowed)) {
    refuse(
      CODES.accessDenied,
      `user: Not enough privileges for ${token.text}.${after?.text ?? ''}`,
    );
  }
}

/** The database a caller names outside the statement: its tables stand in it without their database. */
export function checkDatabase(database: string): void {
  if (isSystemDatabase(database)) {
    refuse(CODES.accessDenied, `user: Not enough privileges for the database ${database}`);
  }
}

/**
 * Refuses `user` SQL that reaches past the store's tables: the part of the sandbox that the engine's
 * own `readonly=1` leaves open (measured on 26.7: `file()` as a function, INTO OUTFILE, SETTINGS
 * behind FORMAT, `merge()` past the tenant filter). `sql` has one character a byte.
 *
 * Throws `EngineError`: 62 for text that could be read in two ways, 164 for anything but reading,
 * 497 for what is out of reach, with its name: only reviewed functions may be called.
 */
export function checkUserStatement(sql: string, options: GuardOptions): void {
  const tokens = readTokens(sql);
  checkFirstKeyword(tokens, options.narrowed);
  for (const index of tokens.keys()) {
    checkName(tokens, index, options);
    checkIdentifierParameter(tokens, index, options);
    checkClauses(tokens, index);
    checkSystemTable(tokens, index, options.narrowed);
  }
}
