/**
 * Numbers by a hash of two lanes, of which most are alone with theirs: in typed arrays, so that many
 * thousands leave nothing for the collector of garbage to trace. Made for at most `itemsMax` and
 * thrown away; 28 to 36 bytes an item.
 */
export class RestTable {
  /** Different hashes so far; they are numbered in the order in which they came. */
  hashes = 0;
  readonly #mask: number;
  /** Hashes by place, from 1; 0 is free. */
  readonly #places: Int32Array;
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  /** Of a hash its item that came last, from 1. */
  readonly #last: Int32Array;
  #items = 0;
  readonly #values: Int32Array;
  /** The item of the same hash before, from 1. */
  readonly #before: Int32Array;

  constructor(itemsMax: number) {
    let places = 16;
    while (places < itemsMax * 2) places *= 2;
    this.#mask = places - 1;
    this.#places = new Int32Array(places);
    this.#a = new Int32Array(itemsMax);
    this.#b = new Int32Array(itemsMax);
    this.#last = new Int32Array(itemsMax);
    this.#values = new Int32Array(itemsMax);
    this.#before = new Int32Array(itemsMax);
  }

  add(a: number, b: number, value: number): void {
    const hash = this.#hashOf(a, b);
    const item = this.#items++;
    this.#values[item] = value;
    this.#before[item] = this.#last[hash];
    this.#last[hash] = item + 1;
  }

  #hashOf(a: number, b: number): number {
    const places = this.#places;
    const mask = this.#mask;
    for (let place = (a ^ (b >>> 9)) & mask; ; place = (place + 1) & mask) {
      const known = places[place] - 1;
      if (known >= 0) {
        if (this.#a[known] === a && this.#b[known] === b) return known;
        continue;
      }
      const hash = this.hashes++;
      places[place] = hash + 1;
      this.#a[hash] = a;
      this.#b[hash] = b;
      return hash;
    }
  }

  /** Whether a hash has several numbers. */
  isShared(hash: number): boolean {
    return this.#before[this.#last[hash] - 1] !== 0;
  }

  /** The numbers of a hash, the first that came first. */
  valuesOf(hash: number): number[] {
    const values: number[] = [];
    for (let item = this.#last[hash]; item !== 0; item = this.#before[item - 1]) {
      values.push(this.#values[item - 1]);
    }
    return values.reverse();
  }
}
