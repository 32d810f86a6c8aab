/** Steps behind a batch of lines (`tendBehindBatch`), at most. */
export const STEPS_A_BATCH = 192;
/** Milliseconds after which no further steps are begun: what a batch waits for grouping. */
const GROUPING_MS_A_BATCH = 1;

/**
 * Does what waits for about `GROUPING_MS_A_BATCH` by `nowMs`, a clock of milliseconds, and no more
 * than `STEPS_A_BATCH` steps; true: more waits.
 */
export function tendBehindBatch(
  miner: { tend(stepsMax: number): boolean },
  nowMs: () => number,
): boolean {
  const until = nowMs() + GROUPING_MS_A_BATCH;
  for (let steps = 0; steps < STEPS_A_BATCH && nowMs() < until; steps++) {
    if (!miner.tend(1)) return false;
  }
  return true;
}

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
