import { setTimeout as delay } from 'node:timers/promises';

/** Does something at once and then again and again, until it is stopped. */
export class Poller {
  readonly #intervalMs: number;
  readonly #work: (stop: AbortSignal) => Promise<void>;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  /** `work` never rejects. */
  constructor(intervalMs: number, work: (stop: AbortSignal) => Promise<void>) {
    this.#intervalMs = Math.max(intervalMs, 1);
    this.#work = work;
  }

  start(): void {
    this.#running ??= this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#work(signal);
      try {
        await delay(this.#intervalMs, undefined, { signal });
      } catch {
        // Stopped.
        return;
      }
    }
  }
}
