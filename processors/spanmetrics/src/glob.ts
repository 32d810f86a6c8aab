import { GoRegexp } from '@sonde/go-regexp';

/** A pattern that is none. */
export class GlobError extends Error {}

const SPECIAL = /[.+^$()|\\[\]{}*?]/;
const PATTERN_LENGTH_MAX = 1024;

/**
 * Whether a key matches a pattern in which `.` separates: `*` and `?` stay between two of them, `**`
 * does not; `[a-z]`, `[!a-z]`, `{one,other}` and `\` as elsewhere. Throws `GlobError`.
 */
export function compileGlob(pattern: string): (key: string) => boolean {
  if (pattern.length > PATTERN_LENGTH_MAX) throw new GlobError('pattern too long');
  const regexp = new GoRegexp(`^(?s:${translate(pattern)})$`);
  return (key) => regexp.test(key);
}

function translate(pattern: string): string {
  let text = '';
  let depth = 0;
  for (let at = 0; at < pattern.length; ) {
    const rest = pattern.slice(at);
    const set = /^\[(!?)(\^?[^\]]+)\]/.exec(rest);
    if (rest.startsWith('**')) text += '.*';
    else if (rest.startsWith('*')) text += '[^.]*';
    else if (rest.startsWith('?')) text += '[^.]';
    else if (set !== null) text += `[${set[1] === '' ? '' : '^'}${escapedSet(set[2] ?? '')}]`;
    else if (rest.startsWith('[')) throw new GlobError('unexpected end of input');
    else if (rest.startsWith('{')) text += '(?:';
    else if (rest.startsWith('}') && depth > 0) text += ')';
    else if (rest.startsWith(',') && depth > 0) text += '|';
    else text += escaped(rest.startsWith('\\') ? rest.charAt(1) : rest.charAt(0));
    depth += rest.startsWith('{') ? 1 : 0;
    depth -= rest.startsWith('}') && depth > 0 ? 1 : 0;
    at += lengthOf(rest, set?.[0]);
  }
  if (depth > 0) throw new GlobError('unexpected end of input');
  return text;
}

function lengthOf(rest: string, set: string | undefined): number {
  if (rest.startsWith('**') || rest.startsWith('\\')) return 2;
  return set?.length ?? 1;
}

function escaped(character: string): string {
  return SPECIAL.test(character) ? `\\${character}` : character;
}

function escapedSet(set: string): string {
  return set.replace(/[\\^[]/g, (character) => `\\${character}`);
}
