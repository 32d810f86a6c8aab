import { placeA, placeB } from './position-hash.ts';
import { GLUED, TokenKind, type TokenList, VARIABLE_A, VARIABLE_B } from './token-list.ts';

/** Bits of `Signature.kinds` that hold the `TokenKind`. */
export const KIND_BITS = 3;
/** Set in `Signature.kinds` when no blank stands before the token. */
export const GLUED_BIT = 4;

/** Words, values and marks of a line without the values: what lines of a pattern share. Immutable. */
export interface Signature {
  /**
   * Two hash lanes a token, 32 bits each: small integers in an array of the heap. A typed array of
   * this size has its bytes outside, which the collector of garbage has to keep account of.
   */
  readonly lanes: readonly number[];
  /** `TokenKind`, and `GLUED_BIT`. */
  readonly kinds: Uint8Array;
  /** The sums over the lanes at their positions. */
  readonly a: number;
  readonly b: number;
}

export function signatureOf(tokens: TokenList, a: number, b: number): Signature {
  const { count } = tokens;
  const lanes: number[] = [];
  const kinds = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    lanes.push(tokens.hashA[i], tokens.hashB[i]);
    kinds[i] = tokens.kind[i] | ((tokens.flags[i] & GLUED) === 0 ? 0 : GLUED_BIT);
  }
  return { lanes, kinds, a, b };
}

/** The same with values at `positions`. */
export function generalise(signature: Signature, positions: Iterable<number>): Signature {
  const lanes = signature.lanes.slice();
  const kinds = signature.kinds.slice();
  let { a, b } = signature;
  for (const position of positions) {
    if ((kinds[position] & KIND_BITS) === TokenKind.variable) continue;
    a = (a - placeA(lanes[position * 2], position) + variablePlaceA(position)) | 0;
    b = (b - placeB(lanes[position * 2 + 1], position) + variablePlaceB(position)) | 0;
    lanes[position * 2] = VARIABLE_A;
    lanes[position * 2 + 1] = VARIABLE_B;
    kinds[position] = TokenKind.variable | (kinds[position] & GLUED_BIT);
  }
  return { lanes, kinds, a, b };
}

/** Whether a line's tokens are of this signature; where it has a value, any word is one. */
export function matchesTokens(signature: Signature, tokens: TokenList): boolean {
  const { lanes, kinds } = signature;
  const { count, hashA, hashB } = tokens;
  if (kinds.length !== count) return false;
  for (let i = 0; i < count; i++) {
    if (lanes[i * 2] === hashA[i] && lanes[i * 2 + 1] === hashB[i]) continue;
    if ((kinds[i] & KIND_BITS) !== TokenKind.variable) return false;
    if (tokens.kind[i] === TokenKind.punctuation) return false;
  }
  return true;
}

const VARIABLE_PLACES_A: Int32Array = Int32Array.from({ length: 256 }, (_, position) =>
  placeA(VARIABLE_A, position),
);
const VARIABLE_PLACES_B: Int32Array = Int32Array.from({ length: 256 }, (_, position) =>
  placeB(VARIABLE_B, position),
);

export function variablePlaceA(position: number): number {
  return VARIABLE_PLACES_A[position];
}

export function variablePlaceB(position: number): number {
  return VARIABLE_PLACES_B[position];
}
