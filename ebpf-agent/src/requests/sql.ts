import type { Meaning } from './meaning.ts';

/** How a database writes what must not be looked into: one alternative each, in the order of trying. */
export interface SqlDialect {
  readonly tokens: RegExp;
}

const BLOCK_COMMENT = String.raw`\/\*[\s\S]*?(?:\*\/|$)`;
const LINE_COMMENT = String.raw`--[^\n]*`;
const PLAIN_STRING = "'(?:[^']|'')*(?:'|$)";
/** With a backslash before what is not to end it. */
const ESCAPED_STRING = String.raw`'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)`;
const DOUBLE_STRING = String.raw`"(?:[^"\\]|\\[\s\S]|"")*(?:"|\\?$)`;
const DOLLAR_STRING = String.raw`\$(\w*)\$[\s\S]*?(?:\$\1\$|$)`;
const QUOTED_NAME = '"(?:[^"]|"")*(?:"|$)';
const BACK_QUOTED_NAME = '`(?:[^`]|``)*(?:`|$)';
const NUMBER = String.raw`(?<![\w$\x80-\xff])(?:0x[\da-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)\b`;

function dialect(...tokens: readonly string[]): SqlDialect {
  return { tokens: new RegExp(tokens.join('|'), 'gi') };
}

/** PostgreSQL and the standard: double quotes are names; `E'...'` has backslashes. */
export const STANDARD_SQL: SqlDialect = dialect(
  DOLLAR_STRING,
  BLOCK_COMMENT,
  LINE_COMMENT,
  String.raw`\be${ESCAPED_STRING}`,
  PLAIN_STRING,
  QUOTED_NAME,
  NUMBER,
);

/** MySQL: double quotes are strings, back quotes are names, `#` begins a comment. */
export const MYSQL_SQL: SqlDialect = dialect(
  BLOCK_COMMENT,
  LINE_COMMENT,
  '#[^\\n]*',
  ESCAPED_STRING,
  DOUBLE_STRING,
  BACK_QUOTED_NAME,
  NUMBER,
);

/** ClickHouse: strings have backslashes, both other quotes are names. */
export const CLICKHOUSE_SQL: SqlDialect = dialect(
  BLOCK_COMMENT,
  LINE_COMMENT,
  ESCAPED_STRING,
  QUOTED_NAME,
  BACK_QUOTED_NAME,
  NUMBER,
);

const LISTS = /\(\s*\?(?:\s*,\s*\?)+\s*\)/g;
const ROWS = /\(\?\)(?:\s*,\s*\(\?\))+/g;
const TABLE =
  /\b(?:from|into|update|join|table|copy)\s+(?:only\s+|if\s+(?:not\s+)?exists\s+|ignore\s+)*((?:["`]?[\w$]+["`]?\.)?["`]?[\w$]+["`]?)/i;

/** What a statement does, to which table, and its text without a literal. Text may be cut anywhere. */
export function sqlMeaning(statement: string, dialect: SqlDialect = STANDARD_SQL): Meaning {
  const text = statement
    .replace(dialect.tokens, (token) => shown(token, dialect))
    .replace(LISTS, '(?)')
    .replace(ROWS, '(?)')
    .replace(/\s+/g, ' ')
    .trim();
  const operation = /^\(*\s*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? '';
  const target = TABLE.exec(text)?.[1]?.replaceAll(/["`]/g, '') ?? '';
  return { operation: operation === 'WITH' ? 'SELECT' : operation, target, text };
}

/** What stands for a comment, a name, a literal. */
function shown(token: string, dialect: SqlDialect): string {
  if (/^(?:--|\/\*|#)/.test(token)) return ' ';
  const isName = token.startsWith('`') || (dialect !== MYSQL_SQL && token.startsWith('"'));
  return isName ? token : '?';
}
