import type { Leaf } from './leaf.ts';
import { factOf, type LeafFact } from './leaf-fact.ts';

/** Leaves that wait to be told of; more come again on the next day of theirs. */
const WAITING_MAX = 4096;
/** A leaf is told of again at so many times the lines: what its values have in common narrows. */
const GROWTH = 16;
/** A count that no leaf comes to: a small integer, which a leaf holds in itself. */
const NEVER = 0x7fffffff;

/** What there is to tell of the leaves of a source to a reader elsewhere. */
export class LeafNews {
  #waiting: LeafFact[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Whether a leaf that has one more line is to be told of. */
  static isDue(leaf: Leaf, day: number): boolean {
    return leaf.count >= leaf.toldAgainAt || leaf.toldOnDay < day;
  }

  /** A leaf is new, grew, or gave way to another. */
  add(leaf: Leaf, day: number): void {
    if (this.#waiting.length >= WAITING_MAX) return;
    const fact = factOf(leaf);
    if (fact === undefined) return;
    leaf.toldOnDay = day;
    leaf.toldAgainAt = leaf.affixes === undefined ? NEVER : Math.max(1, leaf.count) * GROWTH;
    this.#waiting.push(fact);
  }

  /** At most so many; they do not wait any more. */
  take(countMax: number): readonly LeafFact[] {
    const taken = this.#waiting.slice(0, countMax);
    this.#waiting = this.#waiting.slice(countMax);
    return taken;
  }
}
