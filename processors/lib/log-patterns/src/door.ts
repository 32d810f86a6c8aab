import type { Leaf } from './leaf.ts';
import { TOKENS_MAX } from './token-list.ts';

/** Leaves of one length that were seen once; where there are more, it is noise. */
const SINGLES_MAX = 192;
const SLOTS = 8192;

/**
 * Who may become a leaf: where very many lines of one length come once and never again, a signature
 * has to come twice. The table of those that came is small and forgets.
 */
export class Door {
  /** Live leaves of all sources. */
  live = 0;
  /** Leaves that came and never came again, by number of tokens; those that went are counted too. */
  readonly #singles: Int32Array = new Int32Array(TOKENS_MAX + 4);
  #seen: Int32Array | undefined;

  admits(a: number, b: number, length: number): boolean {
    if (this.#singles[length] < SINGLES_MAX) return true;
    this.#seen ??= new Int32Array(SLOTS);
    const slot = b & (SLOTS - 1);
    const isKnown = this.#seen[slot] === a;
    this.#seen[slot] = a;
    return isKnown;
  }

  /** What was noise long ago counts half. */
  decay(): void {
    for (let i = 0; i < this.#singles.length; i++) this.#singles[i] >>= 1;
  }

  /** A leaf with its first line. */
  came(leaf: Leaf): void {
    if (isSingle(leaf)) this.#singles[leaf.signature.kinds.length]++;
  }

  /** A leaf turned out to be one of several of a statement. */
  isKin(leaf: Leaf): void {
    this.left(leaf);
    leaf.isKin = true;
  }

  /** A leaf is about to have a second line, or is made anew. */
  left(leaf: Leaf): void {
    if (isSingle(leaf)) {
      const length = leaf.signature.kinds.length;
      this.#singles[length] = Math.max(0, this.#singles[length] - 1);
    }
  }
}

function isSingle({ count, isGeneral, isKin }: Leaf): boolean {
  return count === 1 && !isGeneral && !isKin;
}
