/**
 * What the components of one service may use of memory together, where one of them knows it
 * (`memory_limiter`). The graph is built from its end to its beginning: a receiver, which is made
 * last, finds here what the processors behind it said.
 */
export class MemoryBudget {
  #bytes = Number.POSITIVE_INFINITY;

  /** The least that was said; infinite when nobody did. */
  get bytes(): number {
    return this.#bytes;
  }

  limitTo(bytes: number): void {
    this.#bytes = Math.min(this.#bytes, bytes);
  }
}
