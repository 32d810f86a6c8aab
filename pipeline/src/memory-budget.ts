/** Of the budget: what is let go between two collections of what is young. */
const LET_GO_SHARE = 0.125;

/**
 * What the components of one service may use of memory together, where one of them knows it
 * (`memory_limiter`). The graph is built from its end to its beginning: a receiver, which is made
 * last, finds here what the processors behind it said.
 */
export class MemoryBudget {
  #bytes = Number.POSITIVE_INFINITY;
  #collectYoung: (() => void) | undefined;
  #letGoBytes = 0;

  /** The least that was said; infinite when nobody did. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `collectYoung` frees what was made lately and nobody holds, in a few milliseconds. */
  limitTo(bytes: number, collectYoung?: () => void): void {
    this.#bytes = Math.min(this.#bytes, bytes);
    this.#collectYoung ??= collectYoung;
  }

  /**
   * So many bytes are held no more. The engine collects when it wants to (64 MB lie outside of its heap
   * before it does), which under a small budget is too late.
   */
  letGo(bytes: number): void {
    this.#letGoBytes += bytes;
    if (this.#letGoBytes < this.#bytes * LET_GO_SHARE) return;
    this.#letGoBytes = 0;
    this.#collectYoung?.();
  }
}
