import { BLANK, BYTE_CLASS, indexWithin, isLetter } from './byte-class.ts';
import { QUANTITY, TokenKind, type TokenList } from './token-list.ts';
import { plainHash } from './word-hash.ts';
import { BOOLEANS } from './word-sets.ts';

/** How far the end of a quoted value is looked for. */
export const QUOTED_BYTES_MAX = 200;

const BLANK_BYTE = 32;
const SLASH = 47;
const EQUALS = 61;
const QUESTION = 63;
const BACKSLASH = 92;
const QUOTE = 34;
const APOSTROPHE = 39;
const BRACKET = 40;
const ENDS_QUERY: Uint8Array = new Uint8Array(256);
for (const mark of '"\'`<>()[]{}|,;\u001b') ENDS_QUERY[mark.charCodeAt(0)] = 1;

interface Places {
  readonly from: number;
  readonly at: number;
  /** Where the line ends. */
  readonly to: number;
}

/**
 * Where a segment from `from` that stops at `at` ends: an address with a query, of which an `=` is
 * part, goes on there; else `at`.
 */
export function endOfQuery(bytes: Uint8Array, { from, at, to }: Places, isUrl: boolean): number {
  if (at >= to || bytes[at] !== EQUALS || (bytes[from] !== SLASH && !isUrl)) return at;
  if (indexWithin(bytes, QUESTION, from, at) < 0) return at;
  let end = at;
  while (end < to && (BYTE_CLASS[bytes[end]] & BLANK) === 0 && ENDS_QUERY[bytes[end]] === 0) end++;
  return end;
}

/**
 * The quotes of a text that stands as a value behind a key in quotes and the colon at `from`, `at`
 * being behind that; undefined when there is none, or no end of it.
 */
export function jsonText(
  bytes: Uint8Array,
  { from, at, to }: Places,
): { readonly open: number; readonly close: number } | undefined {
  const quote = bytes[from - 1];
  if (quote !== QUOTE && quote !== APOSTROPHE) return undefined;
  let open = at;
  while (open < to && bytes[open] === BLANK_BYTE) open++;
  if (bytes[open] !== quote) return undefined;
  const limit = Math.min(to, open + QUOTED_BYTES_MAX);
  let close = open + 1;
  while (close < limit && bytes[close] !== quote) close += bytes[close] === BACKSLASH ? 2 : 1;
  return close < limit ? { open, close } : undefined;
}

/** Whether a word for yes, no or nothing stands there, behind `key= `. */
export function isBooleanAt(bytes: Uint8Array, from: number, to: number): boolean {
  let end = from;
  while (end < to && isLetter(bytes[end])) end++;
  return end > from && BOOLEANS.has(plainHash(bytes, from, end));
}

/** `1165 bytes (1.13 KB)` is one value; the last token is the bracket that closes, up to `end`. */
export function joinQuantities(tokens: TokenList, bytes: Uint8Array, end: number): void {
  const { kind, flags, start, end: ends } = tokens;
  const last = tokens.count - 1;
  if (last < 3 || kind[last - 1] !== TokenKind.variable) return;
  if (kind[last - 3] !== TokenKind.variable || kind[last - 2] !== TokenKind.punctuation) return;
  if (bytes[start[last - 2]] !== BRACKET) return;
  if ((flags[last - 1] & flags[last - 3] & QUANTITY) === 0) return;
  ends[last - 3] = end;
  tokens.count = last - 2;
}
