const TICK_MS = 1000;

export interface SamplingRates {
  readonly initial: number;
  readonly thereafter: number;
}

/** In each second the first batches, then every so-manieth. */
export class BatchSampler {
  readonly #rates: SamplingRates;
  readonly #now: () => number;
  #tick = 0;
  #count = 0;

  constructor(rates: SamplingRates, now: () => number = Date.now) {
    this.#rates = rates;
    this.#now = now;
  }

  admits(): boolean {
    const tick = Math.floor(this.#now() / TICK_MS);
    if (tick !== this.#tick) this.#count = 0;
    this.#tick = tick;
    this.#count += 1;
    const { initial, thereafter } = this.#rates;
    if (this.#count <= initial) return true;
    return thereafter > 0 && (this.#count - initial) % thereafter === 0;
  }
}
