import { GLUED, TokenKind, type TokenList } from './token-list.ts';

/** Values in a row, with blanks between, that are told apart; more count as the last. */
const VALUES_IN_A_ROW_MAX = 4;

const COMMA = 44;
const COLON = 58;
const SEMICOLON = 59;
const BAR = 124;

/** Whether a value goes on behind the mark that came last: `1,2`, `a1:b2`, `x1|y2`, `a1;b2`. */
export function joinsValue(tokens: TokenList, bytes: Uint8Array, flags: number): boolean {
  const { kind, start, end, flags: all } = tokens;
  const last = tokens.count - 1;
  if (last < 1 || (flags & GLUED) === 0 || kind[last] !== TokenKind.punctuation) return false;
  if ((all[last] & GLUED) === 0 || kind[last - 1] !== TokenKind.variable) return false;
  const mark = bytes[start[last]];
  if (mark !== COMMA && mark !== SEMICOLON && mark !== BAR && mark !== COLON) return false;
  return end[last - 1] === start[last];
}

/** Whether a value with such flags is one too many of a row. */
export function isLongRow({ kind, flags: all, count }: TokenList, flags: number): boolean {
  if ((flags & GLUED) !== 0 || count < VALUES_IN_A_ROW_MAX) return false;
  const first = count - VALUES_IN_A_ROW_MAX;
  for (let i = count - 1; i >= first; i--) {
    if (kind[i] !== TokenKind.variable || (i > first && (all[i] & GLUED) !== 0)) return false;
  }
  return true;
}
