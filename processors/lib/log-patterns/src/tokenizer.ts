import {
  AT,
  BACKSLASH,
  BLANK,
  BYTE_CLASS,
  COLON,
  DIGIT,
  DOT,
  ESCAPE,
  indexWithin,
  isDigit,
  isLetter,
  LETTER,
  SLASH,
  SPLIT,
  STOPPING,
  WIDE,
} from './byte-class.ts';
import {
  endOfQuery,
  isBooleanAt,
  joinQuantities,
  jsonText,
  QUOTED_BYTES_MAX,
} from './structured-values.ts';
import { DATE, GLUED, NUMBER, QUANTITY, TOKENS_MAX, TokenKind, TokenList } from './token-list.ts';
import {
  isClosing,
  isSentenceEnd,
  isWideMark,
  PUNCTUATION_A,
  PUNCTUATION_B,
  SENTENCE_END_A,
  SENTENCE_END_B,
} from './token-marks.ts';
import { avalanche, FACTOR_A, FACTOR_B, SEED_A, SEED_B } from './word-hash.ts';
import { BOOLEANS, UNITS } from './word-sets.ts';
import { beginsDate, countOf, isHardwareAddress, looksLikeValue } from './word-shapes.ts';

export const VARIABLE_A: number = 0x51ed270b | 0;
export const VARIABLE_B: number = 0x2545f491 | 0;
/** Values in a row, with blanks between, that are told apart; more count as the last. */
const VALUES_IN_A_ROW_MAX = 4;

const NEWLINE = 10;
const EQUALS = 61;
const LESS = 60;
const GREATER = 62;
const COMMA = 44;
const SEMICOLON = 59;
const BAR = 124;
const COLON_BYTE = 58;
const SLASH_BYTE = 47;
const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;

/**
 * Splits a message at blanks and structure and tells words from values by their bytes, in one pass:
 * no regular expression, no string. UTF-8 is taken by its bytes; bytes that are no UTF-8 are words.
 *
 * In: bytes [from, to). Out: `tokens`, valid until the next call.
 */
export class Tokenizer {
  readonly tokens: TokenList = new TokenList();
  /** Of the last line: it holds an escape or more than one line. */
  hasControl = false;
  #bytes: Uint8Array = new Uint8Array(0);
  #to = 0;
  #glued = false;
  /** Braces that are open. */
  #braces = 0;
  // Of the segment that was scanned last.
  #seen = 0;
  #isUrl = false;
  #hashA = 0;
  #hashB = 0;

  tokenize(bytes: Uint8Array, from: number, to: number): number {
    const { tokens } = this;
    this.#bytes = bytes;
    this.#to = to;
    this.#glued = false;
    this.#braces = 0;
    this.hasControl = false;
    tokens.count = 0;
    let at = from;
    while (at < to && tokens.count < TOKENS_MAX) {
      const byte = BYTE_CLASS[bytes[at]];
      if (byte === BLANK) {
        this.#glued = false;
        if (bytes[at] === NEWLINE) this.hasControl = true;
        at++;
      } else if ((byte & (SPLIT | COLON)) !== 0) {
        at = this.#punctuation(at);
      } else if (byte === WIDE) {
        at = this.#wide(at);
      } else if (byte === ESCAPE) {
        this.hasControl = true;
        this.#glued = false;
        at++;
      } else {
        at = this.#segment(at);
      }
    }
    return tokens.count;
  }

  #punctuation(at: number): number {
    const { tokens } = this;
    const bytes = this.#bytes;
    const byte = bytes[at];
    // A bound: `<1 sec`. Where a `>` follows it is a bracket.
    if (byte === LESS && !this.#glued && at + 1 < this.#to && isDigit(bytes[at + 1])) {
      if (indexWithin(bytes, GREATER, at + 1, this.#to) < 0) return at + 1;
    }
    const index = tokens.count;
    tokens.kind[index] = TokenKind.punctuation;
    tokens.start[index] = at;
    tokens.end[index] = at + 1;
    tokens.hashA[index] = PUNCTUATION_A[byte];
    tokens.hashB[index] = PUNCTUATION_B[byte];
    tokens.flags[index] = this.#glued ? GLUED : 0;
    tokens.count = index + 1;
    this.#glued = true;
    return this.#slot(at + 1, byte);
  }

  /** Behind punctuation: a slot that is empty or quoted is a value; `1165 bytes (1.13 KB)` is one. */
  #slot(at: number, byte: number): number {
    const { tokens } = this;
    const bytes = this.#bytes;
    const last = tokens.count - 1;
    const next = at < this.#to ? bytes[at] : 32;
    const isGlued = (tokens.flags[last] & GLUED) !== 0;
    if (byte === EQUALS) {
      if (!isGlued || last < 1 || tokens.kind[last - 1] !== TokenKind.word) return at;
      const isEmpty = next === COMMA || next === SEMICOLON || next === 41;
      if (isEmpty || (next === 32 && !isBooleanAt(bytes, at + 1, this.#to))) {
        this.#addVariable(at, at, GLUED);
      } else if (next === 34 || next === 39) {
        const close = indexWithin(bytes, next, at + 1, Math.min(this.#to, at + QUOTED_BYTES_MAX));
        if (close < 0) return at;
        this.#addVariable(at, close + 1, GLUED);
        return close + 1;
      }
    } else if (byte === COLON_BYTE) {
      return isGlued && this.#braces > 0 ? this.#jsonString(at) : at;
    } else if (byte === 41) {
      joinQuantities(tokens, bytes, at);
    } else if (byte === BRACE_OPEN) {
      this.#braces++;
      if (!isGlued && next === BRACE_CLOSE) this.#addVariable(at, at, GLUED);
    } else if (byte === BRACE_CLOSE) {
      this.#braces--;
    } else if (!isGlued && isClosing(byte, next)) {
      this.#addVariable(at, at, GLUED);
    }
    return at;
  }

  /** `"key":"text"` inside braces: the text is a value, whatever it says. */
  #jsonString(at: number): number {
    const { tokens } = this;
    const text = jsonText(this.#bytes, { from: tokens.start[tokens.count - 1], at, to: this.#to });
    if (text === undefined) return at;
    const { open, close } = text;
    const quote = this.#bytes[open];
    const index = tokens.count;
    tokens.kind[index] = TokenKind.punctuation;
    tokens.start[index] = open;
    tokens.end[index] = open + 1;
    tokens.hashA[index] = PUNCTUATION_A[quote];
    tokens.hashB[index] = PUNCTUATION_B[quote];
    tokens.flags[index] = open === at ? GLUED : 0;
    tokens.count = index + 1;
    this.#addVariable(open + 1, close, GLUED);
    this.#glued = true;
    return close;
  }

  /** A run of a script that writes without blanks: a word by itself, whatever stands beside it. */
  #wide(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    let a = SEED_A;
    let b = SEED_B;
    const isMark = isWideMark(bytes, from);
    const limit = isMark ? Math.min(this.#to, from + 3) : this.#to;
    while (at < limit && bytes[at] >= 0x80) {
      if (!isMark && at > from && bytes[at] >= 0xe0 && isWideMark(bytes, at)) break;
      a = Math.imul(a ^ bytes[at], FACTOR_A);
      b = Math.imul(b ^ bytes[at], FACTOR_B);
      at++;
    }
    if (isMark && bytes[from + 2] === 0x80 && bytes[from] === 0xe3) {
      this.#glued = false; // an ideographic blank
      return at;
    }
    this.#addWord(from, at, a, b);
    this.#glued = true;
    return at;
  }

  #segment(from: number): number {
    const end = this.#scan(from);
    const wordEnd = this.#trimSentence(from, end);
    const isGlued = this.#glued;
    let flags = isGlued ? GLUED : 0;
    const seen = this.#seen;
    let isValue =
      (seen & DIGIT) !== 0 || this.#isUrl || looksLikeValue(this.#bytes, seen, from, wordEnd);
    if (!isValue && beginsDate(this.#bytes, { from, end: wordEnd, to: this.#to })) {
      isValue = true;
      flags |= DATE;
    }
    if (isValue) this.#value(from, wordEnd, flags);
    else this.#word(from, wordEnd);
    if (wordEnd < end) this.#sentenceEnd(wordEnd, end);
    this.#glued = true;
    return end;
  }

  #scan(from: number): number {
    const bytes = this.#bytes;
    const to = this.#to;
    let at = from;
    let seen = 0;
    let a = SEED_A;
    let b = SEED_B;
    this.#isUrl = false;
    for (; at < to; at++) {
      const byte = bytes[at];
      const kind = BYTE_CLASS[byte];
      if ((kind & STOPPING) !== 0 && (kind !== COLON || !this.#holdsColon(from, at, seen))) break;
      seen |= kind;
      if ((kind & DIGIT) !== 0) break;
      a = Math.imul(a ^ byte, FACTOR_A);
      b = Math.imul(b ^ byte, FACTOR_B);
    }
    this.#hashA = a;
    this.#hashB = b;
    // From the first digit on it is a value: no hash is needed.
    if ((seen & DIGIT) !== 0) {
      for (; at < to; at++) {
        const kind = BYTE_CLASS[bytes[at]];
        if ((kind & STOPPING) !== 0 && (kind !== COLON || !this.#holdsColon(from, at, seen))) break;
        seen |= kind;
      }
    }
    this.#seen = seen;
    if ((seen & SLASH) === 0 || bytes[at] !== EQUALS) return at;
    if (bytes[from] !== SLASH_BYTE && !this.#isUrl) return at;
    const queryEnd = endOfQuery(bytes, { from, at, to });
    if (queryEnd > at) this.#isUrl = true;
    return queryEnd;
  }

  /** A colon inside a segment: of a URL, a drive, `::`, a clock, a host with its port. */
  #holdsColon(from: number, at: number, seen: number): boolean {
    const bytes = this.#bytes;
    if (at + 1 >= this.#to) return false;
    const next = bytes[at + 1];
    const kind = BYTE_CLASS[next];
    if ((kind & BLANK) !== 0) return false;
    if (next === SLASH_BYTE || kind === BACKSLASH) {
      if (bytes[at + 2] === SLASH_BYTE && at + 2 < this.#to) this.#isUrl = true;
      return true;
    }
    if ((seen & DIGIT) !== 0) return (kind & SPLIT) === 0;
    if (at - from === 2 && isHardwareAddress(bytes, from, this.#to)) return true;
    if (next === COLON_BYTE || (at > from && bytes[at - 1] === COLON_BYTE)) {
      return (kind & SPLIT) === 0;
    }
    return (seen & (DOT | SLASH)) !== 0 && (kind & DIGIT) !== 0;
  }

  /** Where the segment ends without `.`, `!` and `?` of a sentence. */
  #trimSentence(from: number, end: number): number {
    const bytes = this.#bytes;
    let at = end;
    while (at > from && isSentenceEnd(bytes[at - 1])) at--;
    if (at === from || at === end || (this.#seen & DIGIT) !== 0) return at === from ? end : at;
    let a = SEED_A;
    let b = SEED_B;
    for (let i = from; i < at; i++) {
      a = Math.imul(a ^ bytes[i], FACTOR_A);
      b = Math.imul(b ^ bytes[i], FACTOR_B);
    }
    this.#hashA = a;
    this.#hashB = b;
    return at;
  }

  #value(from: number, end: number, flags: number): void {
    const { tokens } = this;
    const last = tokens.count - 1;
    if (
      (this.#seen & DIGIT) !== 0 &&
      (this.#seen & (SLASH | BACKSLASH | AT)) === 0 &&
      ((this.#seen & LETTER) === 0 || countOf(this.#bytes, LETTER, from, end) <= 2)
    ) {
      flags |= NUMBER;
      if (isLetter(this.#bytes[end - 1])) flags |= QUANTITY;
    }
    if (last >= 0 && tokens.kind[last] === TokenKind.variable) {
      const isDate = (tokens.flags[last] & DATE) !== 0 && (flags & (DATE | NUMBER)) !== 0;
      if ((isDate && (flags & GLUED) === 0) || this.#isLongRow(last, flags)) {
        tokens.end[last] = end;
        return;
      }
    } else if (this.#joinsValue(last, flags)) {
      tokens.end[last - 1] = end;
      tokens.count = last;
      return;
    }
    this.#addVariable(from, end, flags);
  }

  /** `1,2`, `a1:b2`, `x1|y2` and `a1;b2` are one value. */
  #joinsValue(last: number, flags: number): boolean {
    const { kind, start, end, flags: all } = this.tokens;
    if (last < 1 || (flags & GLUED) === 0 || kind[last] !== TokenKind.punctuation) return false;
    if ((all[last] & GLUED) === 0 || kind[last - 1] !== TokenKind.variable) return false;
    const mark = this.#bytes[start[last]];
    if (mark !== COMMA && mark !== SEMICOLON && mark !== BAR && mark !== COLON_BYTE) return false;
    return end[last - 1] === start[last];
  }

  #isLongRow(last: number, flags: number): boolean {
    const { kind, flags: all } = this.tokens;
    if ((flags & GLUED) !== 0 || last + 1 < VALUES_IN_A_ROW_MAX) return false;
    const first = last + 1 - VALUES_IN_A_ROW_MAX;
    for (let i = last; i >= first; i--) {
      if (kind[i] !== TokenKind.variable || (i > first && (all[i] & GLUED) !== 0)) return false;
    }
    return true;
  }

  #word(from: number, end: number): void {
    const { tokens } = this;
    const { kind, flags } = tokens;
    const last = tokens.count - 1;
    const hash = this.#hashA;
    if (last >= 0 && kind[last] === TokenKind.variable) {
      if ((flags[last] & NUMBER) !== 0 && (flags[last] & QUANTITY) === 0 && UNITS.has(hash)) {
        tokens.end[last] = end;
        flags[last] |= QUANTITY;
        return;
      }
    } else if (last >= 0 && kind[last] === TokenKind.punctuation) {
      const mark = this.#bytes[tokens.start[last]];
      const isField = mark === EQUALS && last >= 1 && kind[last - 1] === TokenKind.word;
      const isBehind = mark === EQUALS || mark === COLON_BYTE || mark === COMMA;
      if (
        (isField && this.#glued && (flags[last] & GLUED) !== 0) ||
        (isBehind && BOOLEANS.has(hash))
      ) {
        this.#addVariable(from, end, this.#glued ? GLUED : 0);
        return;
      }
    }
    this.#addWord(from, end, hash, this.#hashB);
  }

  #sentenceEnd(from: number, end: number): void {
    const { tokens } = this;
    const index = tokens.count;
    tokens.kind[index] = TokenKind.punctuation;
    tokens.start[index] = from;
    tokens.end[index] = end;
    tokens.hashA[index] = SENTENCE_END_A;
    tokens.hashB[index] = SENTENCE_END_B;
    tokens.flags[index] = GLUED;
    tokens.count = index + 1;
  }

  #addWord(from: number, end: number, hashA: number, hashB: number): void {
    const { tokens } = this;
    const index = tokens.count;
    tokens.kind[index] = TokenKind.word;
    tokens.start[index] = from;
    tokens.end[index] = end;
    tokens.hashA[index] = avalanche(hashA);
    tokens.hashB[index] = avalanche(hashB);
    tokens.flags[index] = this.#glued ? GLUED : 0;
    tokens.count = index + 1;
  }

  #addVariable(from: number, end: number, flags: number): void {
    const { tokens } = this;
    const index = tokens.count;
    tokens.kind[index] = TokenKind.variable;
    tokens.start[index] = from;
    tokens.end[index] = end;
    tokens.hashA[index] = VARIABLE_A;
    tokens.hashB[index] = VARIABLE_B;
    tokens.flags[index] = flags;
    tokens.count = index + 1;
  }
}
