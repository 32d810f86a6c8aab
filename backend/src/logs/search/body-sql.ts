import { joinSql, param, type Sql, sql } from '@sonde/store';
import type { SearchValue } from './search-node.ts';

/** What the engine takes as a word: letters and digits of ASCII, and everything beyond ASCII. */
const TOKENS = /[0-9A-Za-z\u0080-\u{10ffff}]+/gu;
/** In RE2: where a word may begin or end. */
const EDGE = '[^\\pL\\pN]';

/** The engine's `lower` knows ASCII only, and the index of words is over it. */
export function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** For `LIKE`: the text itself. */
export function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, (special) => `\\${special}`);
}

/** For `LIKE`: stars stand for anything. */
export function likeWildcard(text: string): string {
  return text.split('*').map(likeText).join('%');
}

/** Whether the body has it; words and parts of them in either case. */
export function bodyMatches(value: SearchValue): Sql {
  if (value.kind === 'regexp') return regexpMatches(sql`body`, value);
  const lower = asciiLower(value.text);
  return value.kind === 'text' ? hasWords(lower) : hasPart(lower);
}

export function regexpMatches(
  text: Sql,
  { pattern, ignoreCase }: { readonly pattern: string; readonly ignoreCase: boolean },
): Sql {
  return sql`match(${text}, ${param.string(ignoreCase ? `(?i)${pattern}` : pattern)})`;
}

/** Whole words in that order; the words beside the text are what the index answers. */
function hasWords(lower: string): Sql {
  const words = lower.match(TOKENS) ?? [];
  const has = words.map((word) => sql`hasToken(lower(body), ${param.string(word)})`);
  if (words[0] === lower) return joinSql(has, ' AND ');
  const sequence = sql`lower(body) LIKE ${param.string(`%${likeText(lower)}%`)}`;
  return joinSql([...has, sequence], ' AND ');
}

/** `part*` begins a word, `*part` ends one, `*part*` lies anywhere; a star inside stays in a word. */
function hasPart(lower: string): Sql {
  const isInside = lower.startsWith('*') && lower.endsWith('*');
  const parts = lower.split('*').filter(Boolean);
  if (isInside && parts.length === 1) {
    return sql`lower(body) LIKE ${param.string(`%${likeText(parts[0] ?? '')}%`)}`;
  }
  const before = lower.startsWith('*') ? '' : `(?:^|${EDGE})`;
  const after = lower.endsWith('*') ? '' : `(?:$|${EDGE})`;
  const pattern = before + parts.map(escapeRegexp).join('\\S*') + after;
  return sql`match(lower(body), ${param.string(pattern)})`;
}

function escapeRegexp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** The value at a path of a body that is a JSON object; empty when there is none. */
export function jsonValue(path: string): Sql {
  const whole = jsonText([path]);
  const keys = path.split('.');
  if (keys.length === 1) return sql`if(startsWith(body, '{'), ${whole}, '')`;
  const has = sql`JSONHas(body, ${keySql(keys)})`;
  return sql`if(startsWith(body, '{'), if(${has}, ${jsonText(keys)}, ${whole}), '')`;
}

function jsonText(keys: readonly string[]): Sql {
  const at = keySql(keys);
  return sql`if(JSONType(body, ${at}) = 'String', JSONExtractString(body, ${at}),
    JSONExtractRaw(body, ${at}))`;
}

function keySql(keys: readonly string[]): Sql {
  return joinSql(
    keys.map((key) => sql`${param.string(key)}`),
    ', ',
  );
}

/**
 * Words that the text of a body with that value must have: what the index answers. None where JSON
 * may write the value in another way.
 */
export function jsonWords(value: string): Sql {
  const isPlain = /^[ !#-[\]-~]*$/.test(value);
  const words = isPlain ? (asciiLower(value).match(TOKENS) ?? []) : [];
  if (words.length === 0) return sql`1`;
  return joinSql(
    words.map((word) => sql`hasToken(lower(body), ${param.string(word)})`),
    ' AND ',
  );
}
