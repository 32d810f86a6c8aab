/** Steps to be done behind a batch of lines (`PatternMiner.tend`): a millisecond or two at most. */
export const STEPS_A_BATCH = 192;

/** Units of work (roughly a hash operation each) between two pauses: some tens of microseconds. */
const UNITS_A_STEP = 200;

/** Tells a long job where to pause, by work done and not by a clock: runs repeat exactly. */
export class Pace {
  #left = UNITS_A_STEP;

  /** True when it is time to yield. */
  spend(units: number): boolean {
    this.#left -= units;
    if (this.#left > 0) return false;
    this.#left = UNITS_A_STEP;
    return true;
  }
}

/** A job in steps. */
export type Steps<T = void> = Generator<undefined, T>;
