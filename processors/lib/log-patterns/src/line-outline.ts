import { isDigit, isLetter } from './byte-class.ts';
import { FACTOR_A, FACTOR_B, SEED_A, SEED_B } from './word-hash.ts';

/** Longer lines have none: no limit of the tokeniser on bytes is reached in one that has. */
export const OUTLINE_BYTES_MAX = 200;
const RUNS_MAX = 200;
/** A number with so many letters has no unit: it is a name, a hash or the like. */
const NAME_LETTERS_MIN = 3;

const ESCAPE = 27;
const NEWLINE = 10;
const NINE = 57;
const BLANK = 32;
const EQUALS = 61;
/** Stand for what is left out; no line holds them as bytes. */
const NUMBER = 256;
const NAME = 257;
const NAME_FROM_DIGIT = 258;

/** `FACTOR_A` and `FACTOR_B` undo what these do, modulo 2^32. */
const UNDO_A: number = inverse(FACTOR_A);
const UNDO_B: number = inverse(FACTOR_B);

interface Message {
  readonly from: number;
  readonly to: number;
  readonly seed: number;
}

/**
 * What is left of a message without its numbers, hashed in one pass: of digits in a row nothing is
 * left but that they are there, nor of letters among them where these are too many for a unit
 * (`9f3c1e`). The tokeniser sees no difference between lines of one outline.
 */
export class LineOutline {
  a = 0;
  b = 0;
  /** Bytes that are left, a run of digits as one. */
  length = 0;
  from = 0;
  /** After so many runs of digits: by how many bytes the line is ahead of its outline. */
  readonly shifts: Int32Array = new Int32Array(RUNS_MAX + 1);
  #runs = 0;
  readonly #start: Int32Array = new Int32Array(RUNS_MAX);
  readonly #end: Int32Array = new Int32Array(RUNS_MAX);

  /** False for a line that has none: a long one, one with colours or of several lines. */
  read(bytes: Uint8Array, { from, to, seed }: Message): boolean {
    if (to - from > OUTLINE_BYTES_MAX) return false;
    this.from = from;
    this.#runs = 0;
    this.a = Math.imul(SEED_A ^ seed, FACTOR_A);
    this.b = Math.imul(SEED_B ^ seed, FACTOR_B);
    let at = from;
    while (at < to) {
      at = this.#words(bytes, at, to);
      if (at < 0) return false;
      if (at < to) at = this.#digits(bytes, { from, at, to });
    }
    this.b ^= this.a >>> 15;
    this.length = to - from - this.shifts[this.#runs];
    return true;
  }

  /** Up to a digit; -1 at what makes more than one line. */
  #words(bytes: Uint8Array, from: number, to: number): number {
    let { a, b } = this;
    let at = from;
    for (; at < to; at++) {
      const byte = bytes[at];
      if (byte <= NINE) {
        if (byte >= 48) break;
        if (byte === NEWLINE || byte === ESCAPE) return -1;
      }
      a = Math.imul(a ^ byte, FACTOR_A);
      b = Math.imul(b ^ byte, FACTOR_B);
    }
    this.a = a;
    this.b = b;
    return at;
  }

  /** Over digits and letters in a row, of which the first digit stands at `at`. */
  #digits(bytes: Uint8Array, { from, at, to }: { from: number; at: number; to: number }): number {
    let letters = 0;
    let end = at + 1;
    for (; end < to; end++) {
      const byte = bytes[end];
      if (isDigit(byte)) continue;
      if (!isLetter(byte)) break;
      letters++;
    }
    if (letters === 0) {
      this.#leaveOut(at, end, NUMBER);
      return end;
    }
    let start = at;
    while (start > from && isLetter(bytes[start - 1])) start--;
    const isName = letters + at - start >= NAME_LETTERS_MIN && !isBehindEquals(bytes, from, start);
    if (!isName) return this.#mixed(bytes, at, end);
    this.#undo(bytes, start, at);
    this.#leaveOut(start, end, start === at ? NAME_FROM_DIGIT : NAME);
    return end;
  }

  /** Few letters: they may be a unit, and count. */
  #mixed(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to) {
      let end = at;
      while (end < to && isDigit(bytes[end])) end++;
      if (end > at) this.#leaveOut(at, end, NUMBER);
      else {
        this.#add(bytes[at]);
        end = at + 1;
      }
      at = end;
    }
    return to;
  }

  #leaveOut(from: number, to: number, mark: number): void {
    const run = this.#runs;
    this.#start[run] = from;
    this.#end[run] = to;
    this.shifts[run + 1] = this.shifts[run] + to - from - 1;
    this.#runs = run + 1;
    this.#add(mark);
  }

  #add(part: number): void {
    this.a = Math.imul(this.a ^ part, FACTOR_A);
    this.b = Math.imul(this.b ^ part, FACTOR_B);
  }

  /** As if the bytes [from, to), which were the last, had not been. */
  #undo(bytes: Uint8Array, from: number, to: number): void {
    for (let at = to - 1; at >= from; at--) {
      this.a = Math.imul(this.a, UNDO_A) ^ bytes[at];
      this.b = Math.imul(this.b, UNDO_B) ^ bytes[at];
    }
  }

  /** A place in the line as one in the outline, with the runs before in the low byte; -1: in a run. */
  placeOf(at: number): number {
    let run = 0;
    while (run < this.#runs && this.#end[run] <= at) run++;
    if (run < this.#runs && this.#start[run] < at) return -1;
    return ((at - this.from - this.shifts[run]) << 8) | run;
  }
}

/** `key= word`: whether that is a word for yes or no is looked at letter by letter. */
function isBehindEquals(bytes: Uint8Array, from: number, at: number): boolean {
  return at - 2 >= from && bytes[at - 1] === BLANK && bytes[at - 2] === EQUALS;
}

/** The number by which an odd one times itself is 1, by Newton's method. */
function inverse(odd: number): number {
  let x = odd;
  for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(odd, x));
  return x;
}
