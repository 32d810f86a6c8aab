/** Readers that wait for something to change; one call wakes all of them. At most one a reader. */
export class Waiters {
  readonly #waiting: Set<() => void> = new Set();

  wakeAll(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Resolves at the next `wakeAll`, after `waitMs`, or when `signal` aborts. */
  wait(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (waitMs <= 0 || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      signal?.addEventListener('abort', done, { once: true });
      this.#waiting.add(done);
    });
  }
}
