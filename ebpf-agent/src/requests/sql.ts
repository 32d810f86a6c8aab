import type { Meaning } from './meaning.ts';

const LITERALS =
  /'(?:[^']|'')*(?:'|$)|\$([A-Za-z_]*)\$[\s\S]*?(?:\$\1\$|$)|(?<![\w$])\d+(?:\.\d+)?(?:e[+-]?\d+)?\b/gi;
const COMMENTS = /\/\*[\s\S]*?(?:\*\/|$)|--[^\n]*/g;
const LISTS = /\(\s*\?(?:\s*,\s*\?)+\s*\)/g;
const TABLE = /\b(?:from|into|update|join|table)\s+(?:only\s+)?("?[\w.]+"?(?:\."?\w+"?)?)/i;

/** What a statement does, to which table, and its text without a literal. Text may be cut anywhere. */
export function sqlMeaning(statement: string): Meaning {
  const text = statement
    .replace(COMMENTS, ' ')
    .replace(LITERALS, '?')
    .replace(LISTS, '(?)')
    .replace(/\s+/g, ' ')
    .trim();
  const operation = /^\(*\s*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? '';
  const target = TABLE.exec(text)?.[1]?.replaceAll('"', '') ?? '';
  return { operation: operation === 'WITH' ? 'SELECT' : operation, target, text };
}
