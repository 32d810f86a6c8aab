/** The longest that a timer can wait. */
const INTERVAL_MS_MAX = 2 ** 31 - 1;

/** Calls `flush` every `intervalMs`, one after the other, and once more when it ends. */
export class FlushLoop {
  readonly #intervalMs: number;
  readonly #flush: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isOpen = false;

  /** `flush` never rejects. An interval of 0 flushes at the end alone. */
  constructor(intervalMs: number, flush: () => Promise<void>) {
    this.#intervalMs = Math.min(intervalMs, INTERVAL_MS_MAX);
    this.#flush = flush;
  }

  start(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#wait();
  }

  /** Flushes now, behind one that runs. */
  now(): Promise<void> {
    this.#running = this.#running.then(this.#flush);
    return this.#running;
  }

  /** The last flush; gives up waiting for it when `deadline` aborts. */
  async stop(deadline: AbortSignal): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#timer);
    const settled = new AbortController();
    const aborted = new Promise<void>((resolve) => {
      if (deadline.aborted) resolve();
      deadline.addEventListener('abort', () => resolve(), { signal: settled.signal });
    });
    await Promise.race([this.now(), aborted]);
    settled.abort();
  }

  #wait(): void {
    if (this.#intervalMs <= 0) return;
    this.#timer = setTimeout(() => {
      void this.now().then(() => {
        if (this.#isOpen) this.#wait();
      });
    }, this.#intervalMs);
  }
}
