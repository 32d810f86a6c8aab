import { CODES, engineError } from './engine-error.ts';
import {
  AmbiguousSqlError,
  isKeyword,
  isSymbol,
  type Token,
  tokenize,
  UnfinishedSqlError,
} from './sql-tokens.ts';

/** What the guard knows of the engine and the caller. */
export interface GuardOptions {
  /** Names of all table functions of the engine, lower case. */
  readonly tableFunctions: ReadonlySet<string>;
  /** The caller may see one tenant's rows only. */
  readonly narrowed: boolean;
}

/** Table functions that read nothing but what the statement itself holds. */
const HARMLESS_TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  'format',
  'generate_series',
  'generateseries',
  'null',
  'numbers',
  'numbers_mt',
  'primes',
  'sqlstandardvalues',
  'values',
  'view',
  'viewifpermitted',
  'zeros',
  'zeros_mt',
]);

/**
 * Ordinary functions that reach outside the statement's tables: files, the network, models, the
 * server's configuration, other connections, or a thread's time. `readonly` stops none of them.
 */
const DENIED_FUNCTIONS: ReadonlySet<string> = new Set([
  'addresstoline',
  'addresstolinewithinlines',
  'addresstosymbol',
  'catboostevaluate',
  'evalmlmethod',
  'file',
  'filesystemavailable',
  'filesystemcapacity',
  'filesystemunreserved',
  'getclienthttpheader',
  'getmacro',
  'getserverport',
  'getserversetting',
  'hascolumnintable',
  'joinget',
  'joingetornull',
  'logtrace',
  'modelevaluate',
  'reversednsquery',
  'showcertificate',
  'sleep',
  'sleepeachrow',
  'trap',
]);
const DENIED_PREFIXES = ['ai', 'llm', 'dictget', 'dicthas', 'dictis'];

const READING_KEYWORDS = ['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN'];
/** EXPLAIN and SHOW PROCESSLIST tell of other tenants' rows and statements. */
const NARROWED_KEYWORDS = ['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS'];

const SYSTEM_DATABASES: ReadonlySet<string> = new Set(['system', 'information_schema']);
/** System tables that tell nothing of anybody's rows or statements; clients read them to connect. */
const NARROWED_SYSTEM_TABLES: ReadonlySet<string> = new Set([
  'build_options',
  'columns',
  'contributors',
  'data_type_families',
  'databases',
  'formats',
  'functions',
  'keywords',
  'numbers',
  'numbers_mt',
  'one',
  'settings',
  'table_engines',
  'table_functions',
  'tables',
  'time_zones',
  'zeros',
  'zeros_mt',
]);

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
  if (narrowed && isKeyword(first, 'SHOW') && tokens.some((t) => isKeyword(t, 'PROCESSLIST'))) {
    refuse(CODES.accessDenied, 'user: Not enough privileges for SHOW PROCESSLIST');
  }
}

function isDeniedFunction(name: string, options: GuardOptions): boolean {
  if (options.tableFunctions.has(name) && !HARMLESS_TABLE_FUNCTIONS.has(name)) return true;
  if (DENIED_FUNCTIONS.has(name)) return true;
  return DENIED_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** A call is a name before a bracket, or the name in `APPLY name` and `APPLY(name)`. */
function isCall(tokens: readonly Token[], index: number): boolean {
  if (isSymbol(tokens[index + 1], '(')) return true;
  const before = tokens[index - 1];
  return isKeyword(isSymbol(before, '(') ? tokens[index - 2] : before, 'APPLY');
}

/** Quoting the name does not change what is called. */
function checkCall(tokens: readonly Token[], index: number, options: GuardOptions): void {
  const token = tokens[index];
  if (token?.kind !== 'word' && token?.kind !== 'quoted') return;
  if (!isCall(tokens, index)) return;
  if (token.kind === 'quoted' && token.text.includes('\\')) {
    refuse(CODES.accessDenied, 'user: an escape in the name of a function is not allowed');
  }
  if (isDeniedFunction(token.text.toLowerCase(), options)) {
    refuse(CODES.accessDenied, `user: Not enough privileges to call ${token.text}`);
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

function checkNarrowed(tokens: readonly Token[], index: number): void {
  const [token, next, after] = tokens.slice(index, index + 3);
  if (isSymbol(token, ':') && isKeyword(next, 'IDENTIFIER')) {
    refuse(CODES.accessDenied, 'user: Identifier parameters are not allowed');
  }
  const names = token?.kind === 'word' || token?.kind === 'quoted';
  if (!names || !isSymbol(next, '.')) return;
  if (token.kind === 'quoted' && token.text.includes('\\')) {
    refuse(CODES.accessDenied, 'user: an escape in a name is not allowed');
  }
  if (!SYSTEM_DATABASES.has(token.text.toLowerCase())) return;
  if (after === undefined || !NARROWED_SYSTEM_TABLES.has(after.text.toLowerCase())) {
    refuse(
      CODES.accessDenied,
      `user: Not enough privileges for ${token.text}.${after?.text ?? ''}`,
    );
  }
}

/** The database a narrowed caller names outside the statement. */
export function checkDatabase(database: string, narrowed: boolean): void {
  if (narrowed && SYSTEM_DATABASES.has(database.toLowerCase())) {
    refuse(CODES.accessDenied, `user: Not enough privileges for the database ${database}`);
  }
}

/**
 * Refuses `user` SQL that reaches past the store's tables: the part of the sandbox that the engine's
 * own `readonly=1` leaves open (measured on 26.7: `file()` as a function, INTO OUTFILE, SETTINGS
 * behind FORMAT, `merge()` past the tenant filter). `sql` has one character a byte.
 *
 * Throws `EngineError`: 62 for text that could be read in two ways, 164 for anything but reading,
 * 497 for what is out of reach.
 */
export function checkUserStatement(sql: string, options: GuardOptions): void {
  const tokens = readTokens(sql);
  checkFirstKeyword(tokens, options.narrowed);
  for (const index of tokens.keys()) {
    checkCall(tokens, index, options);
    checkClauses(tokens, index);
    if (options.narrowed) checkNarrowed(tokens, index);
  }
}
