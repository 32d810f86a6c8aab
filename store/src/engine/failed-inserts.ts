import { setTimeout as sleep } from 'node:timers/promises';
import { unfinishedInserts } from './unfinished-inserts.ts';

/** From a token in the log to the name of its part; longer, and the insert will not be finished. */
const SETTLED_AFTER_MS = 2000;
const LOOK_INTERVAL_MS = 50;
/** Times of files are as coarse as the kernel's tick. */
const CLOCK_GRAIN_MS = 1000;

export interface FailedInsertsOptions {
  /** `tableRoots`. */
  readonly roots: readonly string[];
  /** The running engine remembers that many inserts which it did not finish. */
  readonly onUnfinished: (count: number) => void;
}

/**
 * Looks after inserts that failed. The engine writes a block's token down before it gives the
 * block's part its name: where that fails (a disk that answers with errors, or is full) it goes on
 * taking the block for stored, and would drop it when it is sent again, with the answer that all is
 * well. No statement takes one token back, but the next start does (`forgetUnfinishedInserts`).
 */
export class FailedInserts {
  readonly #options: FailedInsertsOptions;
  #told = false;

  constructor(options: FailedInsertsOptions) {
    this.#options = options;
  }

  /**
   * Before the failure of a statement that began then is answered, so that nobody sends its block
   * again to an engine that would drop it. At once when no token is left; else when it is certain
   * that no part follows, after two seconds.
   */
  async settle(startedUnixMs: number): Promise<void> {
    const since = startedUnixMs - CLOCK_GRAIN_MS;
    let left = unfinishedInserts(this.#options.roots, since);
    const deadline = performance.now() + SETTLED_AFTER_MS;
    while (left.size > 0 && performance.now() < deadline) {
      await sleep(LOOK_INTERVAL_MS);
      const still = unfinishedInserts(this.#options.roots, since);
      left = new Set([...left].filter((blockId) => still.has(blockId)));
    }
    if (left.size === 0 || this.#told) return;
    this.#told = true;
    this.#options.onUnfinished(left.size);
  }
}
