const FIRST_CAPACITY = 256;
const FREE = -1;
const GONE = -2;

/**
 * Open addressing over 64-bit signature hashes: linear probing, at most half full. What is taken out
 * leaves a mark behind until the table is written anew.
 */
export class LeafTable {
  #capacity = FIRST_CAPACITY;
  #used = 0;
  #a: Int32Array = new Int32Array(FIRST_CAPACITY);
  #b: Int32Array = new Int32Array(FIRST_CAPACITY);
  #leaf: Int32Array = new Int32Array(FIRST_CAPACITY).fill(FREE);

  /** The leaf of a hash, or -1. */
  get(a: number, b: number): number {
    const mask = this.#capacity - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const leaf = this.#leaf[slot];
      if (leaf === FREE) return -1;
      if (leaf !== GONE && this.#a[slot] === a && this.#b[slot] === b) return leaf;
    }
  }

  set(a: number, b: number, leaf: number): void {
    if (this.#used * 2 >= this.#capacity) this.#rewrite();
    const mask = this.#capacity - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const found = this.#leaf[slot];
      if (found === FREE) {
        this.#used++;
      } else if (found === GONE || this.#a[slot] !== a || this.#b[slot] !== b) {
        continue;
      }
      this.#a[slot] = a;
      this.#b[slot] = b;
      this.#leaf[slot] = leaf;
      return;
    }
  }

  delete(a: number, b: number): void {
    const mask = this.#capacity - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const leaf = this.#leaf[slot];
      if (leaf === FREE) return;
      if (leaf === GONE || this.#a[slot] !== a || this.#b[slot] !== b) continue;
      this.#leaf[slot] = GONE;
      return;
    }
  }

  #rewrite(): void {
    const before = this.#capacity;
    const [a, b, leaves] = [this.#a, this.#b, this.#leaf];
    let live = 0;
    for (let i = 0; i < before; i++) if (leaves[i] >= 0) live++;
    while (this.#capacity < live * 4) this.#capacity *= 2;
    this.#a = new Int32Array(this.#capacity);
    this.#b = new Int32Array(this.#capacity);
    this.#leaf = new Int32Array(this.#capacity).fill(FREE);
    this.#used = 0;
    for (let i = 0; i < before; i++) if (leaves[i] >= 0) this.set(a[i], b[i], leaves[i]);
  }
}
