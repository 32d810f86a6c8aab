/**
 * When series of deltas were handed on last, so that the next point of each begins where its last
 * one ended. Of more than `size`, those not seen for longest are forgotten: they begin anew.
 */
export class DeltaTimes {
  readonly #size: number;
  /** The one not seen for longest first. */
  readonly #ends = new Map<string, number>();
  /** Series of the resource that is told: metrics share keys, so the end is set after all. */
  readonly #told = new Set<string>();

  constructor(size: number) {
    this.#size = size;
  }

  /** Milliseconds; undefined for a series that is new. */
  startOf(resource: string, series: string): number | undefined {
    this.#told.add(series);
    return this.#ends.get(`${resource}${series}`);
  }

  settle(resource: string, nowUnixMs: number): void {
    for (const series of this.#told) {
      const key = `${resource}${series}`;
      this.#ends.delete(key);
      this.#ends.set(key, nowUnixMs);
    }
    this.#told.clear();
    for (const oldest of this.#ends.keys()) {
      if (this.#ends.size <= this.#size) break;
      this.#ends.delete(oldest);
    }
  }
}
