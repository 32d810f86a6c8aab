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
}
