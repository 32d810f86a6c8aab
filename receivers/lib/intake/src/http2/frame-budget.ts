import { ConnectionFault } from './connection-fault.ts';
import { Http2Code } from './frames.ts';

export interface BudgetSettings {
  /** How many may come at once. */
  readonly burst: number;
  /** How many more a second brings, up to `burst`. */
  readonly perSecond: number;
}

/**
 * Bounds how often a peer may make us work for nothing. What it may still do comes back with time and,
 * where it is told so, with work that was not for nothing.
 */
export class FrameBudget {
  readonly #settings: BudgetSettings;
  readonly #words: string;
  #left: number;
  #sinceMs: number = performance.now();

  /** `words` stand in the GOAWAY of whoever goes beyond. */
  constructor(settings: BudgetSettings, words: string) {
    this.#settings = settings;
    this.#words = words;
    this.#left = settings.burst;
  }

  /** Throws `ConnectionFault` `ENHANCE_YOUR_CALM` when nothing is left. */
  spend(): void {
    this.#left -= 1;
    if (this.#left >= 0) return;
    this.#refill();
    if (this.#left < 0) throw new ConnectionFault(Http2Code.enhanceYourCalm, this.#words);
  }

  earn(count: number): void {
    this.#left = Math.min(this.#settings.burst, this.#left + count);
  }

  #refill(): void {
    const nowMs = performance.now();
    this.earn(((nowMs - this.#sinceMs) / 1000) * this.#settings.perSecond);
    this.#sinceMs = nowMs;
  }
}
