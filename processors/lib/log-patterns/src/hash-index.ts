const PLACES_A_KEY = 4;
const CELL = 2;

/**
 * Numbers above 0 by 32-bit hashes, fixed when it is made: a few dozen, looked up for every word.
 * Open addressing with a quarter of the places taken, so that most lookups read one place.
 */
export class HashIndex {
  readonly #mask: number;
  /** Hash and number in turn; a number of 0 is a free place. */
  readonly #cells: Int32Array;

  constructor(entries: readonly (readonly [hash: number, value: number])[]) {
    let places = 1;
    while (places < entries.length * PLACES_A_KEY) places *= 2;
    this.#mask = places - 1;
    this.#cells = new Int32Array(places * CELL);
    for (const [hash, value] of entries) {
      let place = hash & this.#mask;
      while (this.#cells[place * CELL + 1] !== 0) place = (place + 1) & this.#mask;
      this.#cells[place * CELL] = hash;
      this.#cells[place * CELL + 1] = value;
    }
  }

  /** The number of a hash; 0 when there is none. */
  get(hash: number): number {
    const cells = this.#cells;
    const mask = this.#mask;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const value = cells[place * CELL + 1];
      if (value === 0 || cells[place * CELL] === hash) return value;
    }
  }
}
