import type { BackendLog } from './log.ts';

export interface RecurringWorkOptions {
  readonly everyMs: number;
  /** Before the first turn; `everyMs` when absent. */
  readonly firstMs?: number;
  readonly turn: () => Promise<unknown>;
  readonly log: BackendLog;
  /** What is written when a turn failed. */
  readonly failureText: string;
}

/** Turns of a job, one after the other, `everyMs` apart. */
export class RecurringWork {
  readonly #options: RecurringWorkOptions;
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #failure = '';

  constructor(options: RecurringWorkOptions) {
    this.#options = options;
  }

  /** Aborts when the work is stopped. */
  get signal(): AbortSignal {
    return this.#stopped.signal;
  }

  start(): void {
    const { everyMs, firstMs = everyMs } = this.#options;
    this.#startIn(firstMs);
  }

  /** Waits for the turn that runs. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#turn;
  }

  #startIn(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#turn = this.#turnSafely().finally(() => {
        if (!this.signal.aborted) this.#startIn(this.#options.everyMs);
      });
    }, delayMs);
    this.#timer.unref();
  }

  /** A failure is said once until there is another one or none. */
  async #turnSafely(): Promise<void> {
    const { turn, log, failureText } = this.#options;
    try {
      await turn();
      this.#failure = '';
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.signal.aborted || reason === this.#failure) return;
      this.#failure = reason;
      log.warn(failureText, { reason });
    }
  }
}
