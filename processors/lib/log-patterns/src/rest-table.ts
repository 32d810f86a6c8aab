/**
 * Things by a hash of two lanes, of which most have none beside them: places in typed arrays, so
 * that many thousands leave nothing for the collector of garbage to trace. Made for at most
 * `itemsMax` and thrown away; 24 to 36 bytes an item.
 */
export class RestTable {
  readonly #mask: number;
  /** The last item of a hash, from 1; 0 is free. */
  readonly #heads: Int32Array;
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  readonly #values: Int32Array;
  /** The item of the same hash before, from 1. */
  readonly #before: Int32Array;
  #count = 0;
  /** Places whose hash has several items; each once. */
  readonly shared: number[] = [];

  constructor(itemsMax: number) {
    let places = 16;
    while (places < itemsMax * 2) places *= 2;
    this.#mask = places - 1;
    this.#heads = new Int32Array(places);
    this.#a = new Int32Array(itemsMax);
    this.#b = new Int32Array(itemsMax);
    this.#values = new Int32Array(itemsMax);
    this.#before = new Int32Array(itemsMax);
  }

  add(a: number, b: number, value: number): void {
    const heads = this.#heads;
    const mask = this.#mask;
    const item = this.#count++;
    this.#a[item] = a;
    this.#b[item] = b;
    this.#values[item] = value;
    for (let place = (a ^ (b >>> 9)) & mask; ; place = (place + 1) & mask) {
      const head = heads[place];
      if (head !== 0 && (this.#a[head - 1] !== a || this.#b[head - 1] !== b)) continue;
      if (head !== 0 && this.#before[head - 1] === 0) this.shared.push(place);
      this.#before[item] = head;
      heads[place] = item + 1;
      return;
    }
  }

  /** The values of one of the places of `shared`, the first that came first. */
  valuesAt(place: number): number[] {
    const values: number[] = [];
    for (let item = this.#heads[place]; item !== 0; item = this.#before[item - 1]) {
      values.push(this.#values[item - 1]);
    }
    return values.reverse();
  }
}
