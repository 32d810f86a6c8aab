import { SondeError } from '@sonde/pipeline';

/** Lets so many go on at once and so many wait, in order; refuses the rest. */
export class Turns {
  readonly #runningMax: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #running = 0;

  constructor(limits: { readonly runningMax: number; readonly waitingMax: number }) {
    this.#runningMax = limits.runningMax;
    this.#waitingMax = limits.waitingMax;
  }

  /** Resolves when it is the caller's turn, which ends with `leave`. Rejects `OVERLOADED`. */
  async take(): Promise<void> {
    if (this.#running < this.#runningMax) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.#waitingMax) {
      throw new SondeError('OVERLOADED', `${this.#waitingMax} batches wait for the store already`);
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next();
      return;
    }
    this.#running--;
    if (this.#running > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Resolves when nobody has a turn, or when `deadline` aborts. */
  async idle(deadline: AbortSignal): Promise<void> {
    if (this.#running === 0 || deadline.aborted) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(() => {
        deadline.removeEventListener('abort', resolveOnAbort);
        resolve();
      });
      const resolveOnAbort = (): void => resolve();
      deadline.addEventListener('abort', resolveOnAbort, { once: true });
    });
  }
}
