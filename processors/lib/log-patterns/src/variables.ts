import type { Leaf } from './leaf.ts';
import { KIND_BITS } from './signature.ts';
import { TOKENS_MAX, TokenKind, type TokenList } from './token-list.ts';

/** Where the values of one line stand, in its bytes; reused for every line. */
export class Variables {
  count = 0;
  readonly start: Int32Array = new Int32Array(TOKENS_MAX + 4);
  readonly end: Int32Array = new Int32Array(TOKENS_MAX + 4);

  read({ signature }: Leaf, tokens: TokenList): void {
    const { kinds } = signature;
    let count = 0;
    // Lines without a leaf of their own have no values.
    if (kinds.length === tokens.count) {
      for (let i = 0; i < kinds.length; i++) {
        if ((kinds[i] & KIND_BITS) !== TokenKind.variable) continue;
        this.start[count] = tokens.start[i];
        this.end[count] = tokens.end[i];
        count++;
      }
    }
    this.count = count;
  }
}
