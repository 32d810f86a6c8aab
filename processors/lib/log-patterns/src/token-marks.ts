import { avalanche } from './word-hash.ts';

/** Lane A of `.`, `!` and `?` behind a sentence. */
export const SENTENCE_END_A: number = 0x1b873593 | 0;
/** Lane B of them. */
export const SENTENCE_END_B: number = 0x7feb352d | 0;

export const PUNCTUATION_A: Int32Array = Int32Array.from({ length: 256 }, (_, byte) =>
  avalanche(Math.imul(byte + 7, 0x9e3779b1)),
);
export const PUNCTUATION_B: Int32Array = Int32Array.from({ length: 256 }, (_, byte) =>
  avalanche(Math.imul(byte + 13, 0x85ebca6b)),
);

/** Lane A of a mark that is a token of its own. */
export function punctuationLane(mark: string): number {
  return PUNCTUATION_A[mark.charCodeAt(0)];
}

export function isClosing(open: number, next: number): boolean {
  return (
    (open === 40 && next === 41) || (open === 91 && next === 93) || (open === 123 && next === 125)
  );
}

export function isSentenceEnd(byte: number): boolean {
  return byte === 46 || byte === 33 || byte === 63;
}

/** Punctuation of wide scripts (U+2010-206F, U+3000-303F, U+FF00-FF0F, U+FF1A-FF1F). */
function isWideMark(bytes: Uint8Array, at: number): boolean {
  const [first, second, third] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  if (first === 0xe3) return second === 0x80;
  if (first === 0xe2) return second === 0x80 && third >= 0x90;
  return first === 0xef && second === 0xbc && (third <= 0x8f || (third >= 0x9a && third <= 0x9f));
}

/** Where a run of a wide script from `from` ends: its marks are by themselves. */
export function wideEnd(bytes: Uint8Array, from: number, to: number): number {
  const isMark = isWideMark(bytes, from);
  const limit = isMark ? Math.min(to, from + 3) : to;
  let at = from;
  while (at < limit && bytes[at] >= 0x80) {
    if (!isMark && at > from && bytes[at] >= 0xe0 && isWideMark(bytes, at)) break;
    at++;
  }
  return at;
}

/** An ideographic blank. */
export function isWideBlank(bytes: Uint8Array, from: number): boolean {
  return bytes[from] === 0xe3 && isWideMark(bytes, from) && bytes[from + 2] === 0x80;
}

const QUOTES: ReadonlySet<number> = new Set([...'"\'`'].map(punctuationLane));

/** Whether lane A is of a quote. */
export function isQuote(lane: number): boolean {
  return QUOTES.has(lane);
}
