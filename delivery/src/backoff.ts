import type { RetryWaits } from './config.ts';

const MULTIPLIER = 2;
/** The wait is drawn from this share of it on, so that many readers do not come back at once. */
const JITTER_FROM = 0.5;

/** Waits that double from `initial_interval` to `max_interval`, each shortened by up to half. */
export class Backoff {
  readonly #waits: RetryWaits;
  #nextMs: number;

  constructor(waits: RetryWaits) {
    this.#waits = waits;
    this.#nextMs = waits.initial_interval;
  }

  /** How long to wait now: at least `atLeastMs` when the other side asked for it. */
  next(atLeastMs = 0): number {
    const waitMs = this.#nextMs * (JITTER_FROM + Math.random() * (1 - JITTER_FROM));
    this.#nextMs = Math.min(this.#nextMs * MULTIPLIER, this.#waits.max_interval);
    return Math.max(waitMs, atLeastMs);
  }
}

/** Resolves after `ms`, or as soon as `stop` aborts. */
export function pause(ms: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done, { once: true });
  });
}
