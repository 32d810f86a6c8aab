import { avalanche } from './word-hash.ts';

/** A word that counts, a value that does not, or a mark between them. */
export const TokenKind = { word: 0, variable: 1, punctuation: 2 } as const;
export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

/** Tokens of a line that count; what stands behind is part of no signature. */
export const TOKENS_MAX = 252;
/** One step of the tokeniser adds no more than this. */
export const TOKENS_STEP_MAX = 4;

/** No blank before the token. */
export const GLUED = 1;
/** A plain number: a unit may follow. */
export const NUMBER = 2;
export const DATE = 4;
/** Has its unit: of a quantity. */
export const QUANTITY = 8;

/** The lanes of a value. */
export const VARIABLE_A: number = 0x51ed270b | 0;
export const VARIABLE_B: number = 0x2545f491 | 0;

/** The tokens of one line; reused for every line. */
export class TokenList {
  count = 0;
  readonly kind: Uint8Array = new Uint8Array(TOKENS_MAX + TOKENS_STEP_MAX);
  readonly start: Int32Array = new Int32Array(TOKENS_MAX + TOKENS_STEP_MAX);
  readonly end: Int32Array = new Int32Array(TOKENS_MAX + TOKENS_STEP_MAX);
  /** Two lanes of the word's hash; of variables a constant. */
  readonly hashA: Int32Array = new Int32Array(TOKENS_MAX + TOKENS_STEP_MAX);
  readonly hashB: Int32Array = new Int32Array(TOKENS_MAX + TOKENS_STEP_MAX);
  readonly flags: Uint8Array = new Uint8Array(TOKENS_MAX + TOKENS_STEP_MAX);

  /** `hashA`, `hashB`: of its bytes, unfinished. */
  addWord(from: number, end: number, hashA: number, hashB: number, flags: number): void {
    const index = this.count;
    this.kind[index] = TokenKind.word;
    this.start[index] = from;
    this.end[index] = end;
    this.hashA[index] = avalanche(hashA);
    this.hashB[index] = avalanche(hashB);
    this.flags[index] = flags;
    this.count = index + 1;
  }

  addVariable(from: number, end: number, flags: number): void {
    const index = this.count;
    this.kind[index] = TokenKind.variable;
    this.start[index] = from;
    this.end[index] = end;
    this.hashA[index] = VARIABLE_A;
    this.hashB[index] = VARIABLE_B;
    this.flags[index] = flags;
    this.count = index + 1;
  }

  /** `laneA`, `laneB`: the mark's own (`token-marks.ts`). */
  addMark(from: number, end: number, laneA: number, laneB: number, flags: number): void {
    const index = this.count;
    this.kind[index] = TokenKind.punctuation;
    this.start[index] = from;
    this.end[index] = end;
    this.hashA[index] = laneA;
    this.hashB[index] = laneB;
    this.flags[index] = flags;
    this.count = index + 1;
  }
}
