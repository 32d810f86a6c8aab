import type { Leaf } from './leaf.ts';
import { KIND_BITS } from './signature.ts';
import { TOKENS_MAX, TokenKind, type TokenList } from './token-list.ts';

/** Where the values of one line stand, in its bytes; reused for every line. */
export class Variables {
  count = 0;
  readonly start: Int32Array = new Int32Array(TOKENS_MAX + 4);
  readonly end: Int32Array = new Int32Array(TOKENS_MAX + 4);

  /** `isOwn`: the line has the very tokens of the leaf, no words where that has values. */
  read({ signature }: Leaf, tokens: TokenList, isOwn: boolean): void {
    this.count = 0;
    // No look at the leaf's signature, which lies elsewhere in memory, where the line has its own.
    if (isOwn) this.#collect(tokens.kind, tokens);
    else if (signature.kinds.length === tokens.count) this.#collect(signature.kinds, tokens);
  }

  /** Tells the tokens that are values where they stand: of a line that was not tokenised. */
  placeTokens({ signature: { kinds } }: Leaf, { start, end }: TokenList): void {
    let value = 0;
    for (let i = 0; i < kinds.length; i++) {
      if ((kinds[i] & KIND_BITS) !== TokenKind.variable) continue;
      start[i] = this.start[value];
      end[i] = this.end[value];
      value++;
    }
  }

  /** Of a line that has no leaf of its own. */
  clear(): void {
    this.count = 0;
  }

  #collect(kinds: Uint8Array, tokens: TokenList): void {
    const { start, end } = this;
    const { count: length, start: from, end: to } = tokens;
    let count = 0;
    for (let i = 0; i < length; i++) {
      if ((kinds[i] & KIND_BITS) !== TokenKind.variable) continue;
      start[count] = from[i];
      end[count] = to[i];
      count++;
    }
    this.count = count;
  }
}
