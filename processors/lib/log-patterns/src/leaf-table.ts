const FIRST_CAPACITY = 256;
const CELL = 4;
/** In the third place of a cell; leaves are from 1 there. */
const FREE = 0;
const GONE = -1;

/**
 * Open addressing over 64-bit signature hashes: linear probing, at most half full. What is taken out
 * leaves a mark behind until the table is written anew. A cell (two lanes, the leaf) is 16 bytes: a
 * lookup reads one line of the processor's cache.
 */
export class LeafTable {
  #mask = FIRST_CAPACITY - 1;
  #used = 0;
  #cells: Int32Array = new Int32Array(FIRST_CAPACITY * CELL);

  /** The leaf of a hash, or -1. */
  get(a: number, b: number): number {
    const cells = this.#cells;
    const mask = this.#mask;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const leaf = cells[slot * CELL + 2];
      if (leaf === FREE) return -1;
      if (leaf !== GONE && cells[slot * CELL] === a && cells[slot * CELL + 1] === b) {
        return leaf - 1;
      }
    }
  }

  set(a: number, b: number, leaf: number): void {
    if (this.#used * 2 > this.#mask) this.#rewrite();
    const cells = this.#cells;
    const mask = this.#mask;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const at = slot * CELL;
      const found = cells[at + 2];
      if (found === FREE) {
        this.#used++;
      } else if (found === GONE || cells[at] !== a || cells[at + 1] !== b) {
        continue;
      }
      cells[at] = a;
      cells[at + 1] = b;
      cells[at + 2] = leaf + 1;
      return;
    }
  }

  delete(a: number, b: number): void {
    const cells = this.#cells;
    const mask = this.#mask;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const at = slot * CELL;
      const leaf = cells[at + 2];
      if (leaf === FREE) return;
      if (leaf === GONE || cells[at] !== a || cells[at + 1] !== b) continue;
      cells[at + 2] = GONE;
      return;
    }
  }

  #rewrite(): void {
    const before = this.#cells;
    let live = 0;
    for (let at = 2; at < before.length; at += CELL) if (before[at] > 0) live++;
    let capacity = this.#mask + 1;
    while (capacity < live * 4) capacity *= 2;
    this.#mask = capacity - 1;
    this.#cells = new Int32Array(capacity * CELL);
    this.#used = 0;
    for (let at = 0; at < before.length; at += CELL) {
      if (before[at + 2] > 0) this.set(before[at], before[at + 1], before[at + 2] - 1);
    }
  }
}
