import { CompileError } from '../errors.ts';
import { STATEMENT_LENGTH_MAX } from './limits.ts';
import { positionText } from './position-text.ts';
import type { Token, TokenKind } from './token.ts';

/** In the order in which they are tried. */
const RULES: readonly (readonly [TokenKind | 'space', RegExp])[] = [
  ['space', /\s+/y],
  ['bytes', /0x[a-fA-F0-9]+/y],
  ['float', /\d*\.\d+(?:[eE][-+]?\d+)?/y],
  ['int', /\d+/y],
  ['string', /"(?:\\[\s\S]|[^\\"])*"/y],
  ['mark', /==|!=|>=|<=|=>|[-><+*/=(){}:,._[\]]/y],
  ['mixed', /[A-Za-z][A-Za-z0-9_]*/y],
];

/** The tokens of a text, an `end` last. Throws `CompileError` for what begins no token. */
export function tokenize(text: string): Token[] {
  if (text.length > STATEMENT_LENGTH_MAX) {
    throw new CompileError(`is longer than ${STATEMENT_LENGTH_MAX} characters`, 0);
  }
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at);
    if (token.kind !== 'space') tokens.push(token.token);
    at += token.token.text.length;
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

function tokenAt(
  text: string,
  at: number,
): { readonly kind: TokenKind | 'space'; readonly token: Token } {
  for (const [kind, pattern] of RULES) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) continue;
    const named = kind === 'mixed' ? nameKind(found) : kind;
    return { kind: named, token: { kind: named === 'space' ? 'mark' : named, text: found, at } };
  }
  const rest = JSON.stringify(text.slice(at, at + 16));
  throw new CompileError(`${positionText(text, at)}: invalid input text ${rest}`, at);
}

function nameKind(text: string): TokenKind {
  if (/^[a-z][a-z0-9_]*$/.test(text)) return 'lower';
  return /^[A-Z][A-Z0-9_]*$/.test(text) ? 'upper' : 'mixed';
}
