import type { RetryConfig } from '../config/fields/retry-on-failure.ts';
import { TIMER_MS_MAX } from './limits.ts';

/** An interval of 0 would be a loop that never rests. */
const DELAY_MS_MIN = 1;

/**
 * Exponential back-off with jitter: the n-th delay is `initial * multiplier^n`, at most `max`, times
 * a factor drawn from `[1 - randomization, 1 + randomization]`.
 */
export class Backoff {
  readonly #config: RetryConfig;
  readonly #random: () => number;
  #intervalMs: number;

  /** `random` draws from [0, 1). */
  constructor(config: RetryConfig, random: () => number = Math.random) {
    this.#config = config;
    this.#random = random;
    this.#intervalMs = config.initialIntervalMs;
  }

  /** Milliseconds, at least `atLeastMs`: what the destination asked for. */
  next(atLeastMs = 0): number {
    const { randomizationFactor, multiplier, maxIntervalMs } = this.#config;
    const factor = 1 + randomizationFactor * (2 * this.#random() - 1);
    const delayMs = Math.max(this.#intervalMs * factor, atLeastMs, DELAY_MS_MIN);
    this.#intervalMs = Math.min(this.#intervalMs * multiplier, maxIntervalMs);
    return Math.min(delayMs, TIMER_MS_MAX);
  }
}
