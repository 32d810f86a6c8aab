import type { Places } from './masks.ts';
import { placeA, placeB, seedA, seedB } from './position-hash.ts';
import { TOKENS_MAX, type TokenList } from './token-list.ts';

const CHECK_FACTOR = 0x9e3779b1;

/** The hash of a line's tokens: two lanes of sums that can be changed by position, and a check. */
export class LineSum implements Places {
  count = 0;
  a = 0;
  b = 0;
  /** Over the tokens in order. */
  check = 0;
  readonly placeA: Int32Array = new Int32Array(TOKENS_MAX + 4);
  readonly placeB: Int32Array = new Int32Array(TOKENS_MAX + 4);

  read({ count, hashA, hashB }: TokenList): void {
    const { placeA: placesA, placeB: placesB } = this;
    let a = seedA(count);
    let b = seedB(count);
    let check = count;
    for (let i = 0; i < count; i++) {
      const x = placeA(hashA[i], i);
      const y = placeB(hashB[i], i);
      check = (Math.imul(check ^ hashA[i], CHECK_FACTOR) + hashB[i]) | 0;
      placesA[i] = x;
      placesB[i] = y;
      a = (a + x) | 0;
      b = (b + y) | 0;
    }
    this.count = count;
    this.a = a;
    this.b = b;
    this.check = check;
  }
}
