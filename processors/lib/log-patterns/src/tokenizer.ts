import {
  AT,
  BACKSLASH,
  BLANK,
  BYTE_CLASS,
  COLON,
  DIGIT,
  DOT,
  ENDS_WORD,
  ESCAPE,
  indexWithin,
  isDigit,
  isLetter,
  LETTER,
  NOT_HEX,
  OTHER,
  PLAIN,
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
  isWideBlank,
  PUNCTUATION_A,
  PUNCTUATION_B,
  SENTENCE_END_A,
  SENTENCE_END_B,
  wideEnd,
} from './token-marks.ts';
import { isLongRow, joinsValue } from './value-rows.ts';
import { FACTOR_A, FACTOR_B, SEED_A, SEED_B } from './word-hash.ts';
import { BOOLEANS, UNITS } from './word-sets.ts';
import {
  beginsDate,
  countOf,
  isHardwareAddress,
  isHexWord,
  looksLikeValue,
} from './word-shapes.ts';

/** A number may have so many letters, of its unit or an exponent. */
const NUMBER_LETTERS_MAX = 2;

const NEWLINE = 10;
const EQUALS = 61;
const LESS = 60;
const GREATER = 62;
const COMMA = 44;
const SEMICOLON = 59;
const COLON_BYTE = 58;
const SLASH_BYTE = 47;
const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;

/**
 * Splits a message at blanks and structure and tells words from values by their bytes, in one pass:
 * no regular expression, no string. UTF-8 is taken by its bytes; bytes that are no UTF-8 are words.
 * In: bytes [from, to). Out: `tokens`, valid until the next call.
 */
export class Tokenizer {
  readonly tokens: TokenList = new TokenList();
  /** Of the last line: it holds an escape or more than one line. */
  hasControl = false;
  /** It holds something that counts by its exact length, digits included. */
  isWidthBound = false;
  #bytes: Uint8Array = new Uint8Array(0);
  #to = 0;
  #glued = false;
  /** Braces that are open. */
  #braces = 0;
  // Of the segment that was scanned last.
  #seen = 0;
  #isUrl = false;
  /** Of one that holds a digit: letters in it. */
  #letters = 0;
  #hashA = 0;
  #hashB = 0;

  tokenize(bytes: Uint8Array, from: number, to: number): number {
    const { tokens } = this;
    this.#bytes = bytes;
    this.#to = to;
    this.#glued = false;
    this.#braces = 0;
    this.hasControl = false;
    this.isWidthBound = false;
    tokens.count = 0;
    let at = from;
    while (at < to && tokens.count < TOKENS_MAX) {
      const byte = bytes[at];
      const kind = BYTE_CLASS[byte];
      if ((kind & PLAIN) !== 0) {
        at = this.#plainWord(at, kind);
      } else if ((kind & (BLANK | ESCAPE)) !== 0) {
        this.#glued = false;
        if (byte === NEWLINE || kind === ESCAPE) this.hasControl = true;
        at++;
      } else if (kind === DIGIT) {
        at = this.#number(at);
      } else if ((kind & (SPLIT | COLON)) !== 0) {
        at = this.#punctuation(at);
      } else if (kind === WIDE) {
        at = this.#wide(at);
      } else {
        at = this.#segment(at, this.#scan(at, at, 0));
      }
    }
    return tokens.count;
  }

  #punctuation(at: number): number {
    const bytes = this.#bytes;
    const byte = bytes[at];
    // A bound: `<1 sec`. Where a `>` follows it is a bracket.
    const isBound = byte === LESS && !this.#glued && at + 1 < this.#to && isDigit(bytes[at + 1]);
    if (isBound && indexWithin(bytes, GREATER, at + 1, this.#to) < 0) return at + 1;
    const flags = this.#glued ? GLUED : 0;
    this.tokens.addMark(at, at + 1, PUNCTUATION_A[byte], PUNCTUATION_B[byte], flags);
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
        this.tokens.addVariable(at, at, GLUED);
      } else if (next === 34 || next === 39) {
        const close = indexWithin(bytes, next, at + 1, Math.min(this.#to, at + QUOTED_BYTES_MAX));
        if (close < 0) return at;
        this.tokens.addVariable(at, close + 1, GLUED);
        return close + 1;
      }
    } else if (byte === COLON_BYTE) {
      return isGlued && this.#braces > 0 ? this.#jsonString(at) : at;
    } else if (byte === 41) {
      joinQuantities(tokens, bytes, at);
    } else if (byte === BRACE_OPEN) {
      this.#braces++;
      if (!isGlued && next === BRACE_CLOSE) this.tokens.addVariable(at, at, GLUED);
    } else if (byte === BRACE_CLOSE) {
      this.#braces--;
    } else if (!isGlued && isClosing(byte, next)) {
      this.tokens.addVariable(at, at, GLUED);
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
    const flags = open === at ? GLUED : 0;
    tokens.addMark(open, open + 1, PUNCTUATION_A[quote], PUNCTUATION_B[quote], flags);
    this.tokens.addVariable(open + 1, close, GLUED);
    this.#glued = true;
    return close;
  }

  /** A run of a script that writes without blanks: a word by itself, whatever stands beside it. */
  #wide(from: number): number {
    const bytes = this.#bytes;
    const end = wideEnd(bytes, from, this.#to);
    if (isWideBlank(bytes, from)) {
      this.#glued = false;
      return end;
    }
    this.#hash(from, end);
    this.tokens.addWord(from, end, this.#hashA, this.#hashB, this.#glued ? GLUED : 0);
    this.#glued = true;
    return end;
  }

  /** Most segments are words of letters alone, with a blank or a mark behind. */
  #plainWord(from: number, first: number): number {
    const bytes = this.#bytes;
    const to = this.#to;
    let at = from;
    let seen = 0;
    let a = SEED_A;
    let b = SEED_B;
    let kind = first;
    do {
      const byte = bytes[at];
      seen |= kind;
      a = Math.imul(a ^ byte, FACTOR_A);
      b = Math.imul(b ^ byte, FACTOR_B);
      at++;
      kind = at < to ? BYTE_CLASS[bytes[at]] : BLANK;
    } while ((kind & PLAIN) !== 0);
    this.#hashA = a;
    this.#hashB = b;
    if ((kind & ENDS_WORD) === 0) return this.#segment(from, this.#scan(from, at, seen));
    this.#seen = seen;
    const length = at - from;
    const flags = this.#glued ? GLUED : 0;
    if (length === 3 && beginsDate(bytes, { from, end: at, to })) {
      this.#value(from, at, flags | DATE);
    } else if (isHexWord(seen, length)) this.#value(from, at, flags);
    else this.#word(from, at);
    this.#glued = true;
    return at;
  }

  /** A segment that begins with a digit is a value, whatever else it holds. */
  #number(from: number): number {
    const bytes = this.#bytes;
    const to = this.#to;
    let seen = DIGIT;
    let letters = 0;
    let at = from + 1;
    this.#isUrl = false;
    for (; at < to; at++) {
      const kind = BYTE_CLASS[bytes[at]];
      if ((kind & STOPPING) !== 0 && (kind !== COLON || !this.#holdsColon(from, at, seen))) break;
      seen |= kind;
      if ((kind & LETTER) !== 0) letters++;
    }
    this.#seen = seen;
    this.#letters = letters;
    const end = (seen & SLASH) === 0 ? at : endOfQuery(bytes, { from, at, to }, this.#isUrl);
    let wordEnd = end;
    while (isSentenceEnd(bytes[wordEnd - 1])) wordEnd--;
    this.#value(from, wordEnd, this.#glued ? GLUED : 0);
    if (wordEnd < end) this.tokens.addMark(wordEnd, end, SENTENCE_END_A, SENTENCE_END_B, GLUED);
    this.#glued = true;
    return end;
  }

  #segment(from: number, end: number): number {
    const wordEnd = this.#trimSentence(from, end);
    let flags = this.#glued ? GLUED : 0;
    const seen = this.#seen;
    let isValue =
      (seen & DIGIT) !== 0 || this.#isUrl || looksLikeValue(this.#bytes, seen, from, wordEnd);
    if (!isValue && beginsDate(this.#bytes, { from, end: wordEnd, to: this.#to })) {
      isValue = true;
      flags |= DATE;
    }
    if (isValue) this.#value(from, wordEnd, flags);
    else this.#word(from, wordEnd);
    if (wordEnd < end) this.tokens.addMark(wordEnd, end, SENTENCE_END_A, SENTENCE_END_B, GLUED);
    this.#glued = true;
    return end;
  }

  /** Goes on at `begin` with what a segment holds, of which `seen` and the hashes tell so far. */
  #scan(from: number, begin: number, seenBefore: number): number {
    const bytes = this.#bytes;
    const to = this.#to;
    let at = begin;
    let seen = seenBefore;
    let letters = 0;
    let a = begin === from ? SEED_A : this.#hashA;
    let b = begin === from ? SEED_B : this.#hashB;
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
      if ((seen & LETTER) !== 0) letters = countOf(bytes, LETTER, from, at);
    }
    this.#seen = seen;
    this.#letters = letters;
    if ((seen & SLASH) === 0) return at;
    const end = endOfQuery(bytes, { from, at, to }, this.#isUrl);
    if (end > at) this.#isUrl = true;
    return end;
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
    if (at - from === 2 && (seen & (NOT_HEX | OTHER)) === 0) {
      this.isWidthBound = true;
      if (isHardwareAddress(bytes, from, this.#to)) return true;
    }
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
    this.#hash(from, at);
    return at;
  }

  #hash(from: number, end: number): void {
    const bytes = this.#bytes;
    let a = SEED_A;
    let b = SEED_B;
    for (let i = from; i < end; i++) {
      a = Math.imul(a ^ bytes[i], FACTOR_A);
      b = Math.imul(b ^ bytes[i], FACTOR_B);
    }
    this.#hashA = a;
    this.#hashB = b;
  }

  #value(from: number, end: number, flags: number): void {
    const { tokens } = this;
    const last = tokens.count - 1;
    if (
      (this.#seen & DIGIT) !== 0 &&
      (this.#seen & (SLASH | BACKSLASH | AT)) === 0 &&
      this.#letters <= NUMBER_LETTERS_MAX
    ) {
      flags |= NUMBER;
      if (isLetter(this.#bytes[end - 1])) flags |= QUANTITY;
    }
    if (last >= 0 && tokens.kind[last] === TokenKind.variable) {
      const isDate = (tokens.flags[last] & DATE) !== 0 && (flags & (DATE | NUMBER)) !== 0;
      if ((isDate && (flags & GLUED) === 0) || isLongRow(tokens, flags)) {
        tokens.end[last] = end;
        return;
      }
    } else if (joinsValue(tokens, this.#bytes, flags)) {
      tokens.end[last - 1] = end;
      tokens.count = last;
      return;
    }
    this.tokens.addVariable(from, end, flags);
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
        this.tokens.addVariable(from, end, this.#glued ? GLUED : 0);
        return;
      }
    }
    tokens.addWord(from, end, hash, this.#hashB, this.#glued ? GLUED : 0);
  }
}
