import { ExpressionError } from './expression-error.ts';

export interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'operator' | 'end';
  /** The text of an operator or name, the value of a string, the digits of a number. */
  readonly text: string;
  readonly at: number;
}

const SPACE = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const NUMBER =
  /0[xX][0-9a-fA-F_]+|(?:[0-9][0-9_]*)?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?/y;
const NAME = /[A-Za-z_$][A-Za-z0-9_]*/y;
const OPERATOR = /\?\.|\?\?|\*\*|\.\.|==|!=|<=|>=|&&|\|\||[-+*/%^!<>?:.,()[\]{}|#;=]/y;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
]);

/** Tokens of an expression, the last of kind `end`. Throws `ExpressionError`. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = skip(SPACE, text, 0);
  while (at < text.length) {
    const token = readToken(text, at);
    tokens.push(token.token);
    at = skip(SPACE, text, token.next);
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

function skip(pattern: RegExp, text: string, from: number): number {
  let at = from;
  for (let match = matchAt(pattern, text, at); match !== undefined; ) {
    at += match.length;
    match = matchAt(pattern, text, at);
  }
  return at;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function readToken(text: string, at: number): { readonly token: Token; readonly next: number } {
  const quote = text[at];
  if (quote === '"' || quote === "'" || quote === '`') return readString(text, at, quote);
  const kinds = [
    ['number', NUMBER],
    ['name', NAME],
    ['operator', OPERATOR],
  ] as const;
  for (const [kind, pattern] of kinds) {
    const match = matchAt(pattern, text, at);
    // A range: the first of its dots belongs to no number.
    if (match === undefined || (kind === 'number' && match.startsWith('..'))) continue;
    return { token: { kind, text: match, at }, next: at + match.length };
  }
  throw new ExpressionError(`unrecognized character: ${JSON.stringify(text[at])} (1:${at + 1})`);
}

function readString(
  text: string,
  at: number,
  quote: string,
): { readonly token: Token; readonly next: number } {
  let value = '';
  for (let i = at + 1; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === quote) return { token: { kind: 'string', text: value, at }, next: i + 1 };
    if (char !== '\\' || quote === '`') {
      value += char;
      continue;
    }
    const escaped = readEscape(text, i + 1);
    value += escaped.value;
    i = escaped.last;
  }
  throw new ExpressionError(`literal not terminated (1:${at + 1})`);
}

function readEscape(text: string, at: number): { readonly value: string; readonly last: number } {
  const char = text[at] ?? '';
  const length = char === 'x' ? 2 : char === 'u' ? 4 : 0;
  if (length > 0) {
    const digits = text.slice(at + 1, at + 1 + length);
    if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < length) {
      throw new ExpressionError(`invalid char escape (1:${at + 1})`);
    }
    return { value: String.fromCodePoint(Number.parseInt(digits, 16)), last: at + length };
  }
  const value = ESCAPES.get(char) ?? ('\\\'"`'.includes(char) && char !== '' ? char : undefined);
  if (value === undefined) throw new ExpressionError(`unable to unescape string (1:${at + 1})`);
  return { value, last: at };
}
