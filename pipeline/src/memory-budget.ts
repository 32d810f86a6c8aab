/** Of the budget: what is taken between two looks, and let go between two collections. */
const STEP_SHARE = 0.125;

/** What whoever knows the budget does about memory. */
export interface MemoryKeeper {
  /** Looks whether there is room. */
  look(): void;
  /** Frees what was made lately and nobody holds, in a few milliseconds. */
  collectYoung(): void;
}

/**
 * What the components of one service may use of memory together, where one of them knows it
 * (`memory_limiter`). The graph is built from its end to its beginning: a receiver, which is made
 * last, finds here what the processors behind it said.
 */
export class MemoryBudget {
  #bytes = Number.POSITIVE_INFINITY;
  #keeper: MemoryKeeper | undefined;
  #tookBytes = 0;
  #letGoBytes = 0;

  /** The least that was said; infinite when nobody did. */
  get bytes(): number {
    return this.#bytes;
  }

  limitTo(bytes: number, keeper?: MemoryKeeper): void {
    this.#bytes = Math.min(this.#bytes, bytes);
    this.#keeper ??= keeper;
  }

  /** So many bytes more are held: a timer alone would see large bodies too late. */
  took(bytes: number): void {
    this.#tookBytes += bytes;
    if (this.#tookBytes < this.#bytes * STEP_SHARE) return;
    this.#tookBytes = 0;
    this.#keeper?.look();
  }

  /**
   * So many bytes are held no more. The engine collects when it wants to (64 MB lie outside of its heap
   * before it does), which under a small budget is too late.
   */
  letGo(bytes: number): void {
    this.#letGoBytes += bytes;
    if (this.#letGoBytes < this.#bytes * STEP_SHARE) return;
    this.#letGoBytes = 0;
    this.#keeper?.collectYoung();
  }
}
