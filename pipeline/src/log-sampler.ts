import type { LogSamplingConfig } from './config/telemetry-config.ts';

/** Texts counted in one tick; beyond that lines are let through uncounted. */
const TEXTS_MAX = 1000;

/** Upstream's (zap's) sampling: in each tick the first lines of a text, then every n-th. */
export class LogSampler {
  readonly #config: LogSamplingConfig;
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();
  #tickEnd = 0;

  constructor(config: LogSamplingConfig, now: () => number) {
    this.#config = config;
    this.#now = now;
  }

  admits(level: string, message: string): boolean {
    const now = this.#now();
    if (now >= this.#tickEnd) {
      this.#counts.clear();
      this.#tickEnd = now + this.#config.tickMs;
    }
    const key = `${level} ${message}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    if (count > 1 || this.#counts.size < TEXTS_MAX) this.#counts.set(key, count);
    const { initial, thereafter } = this.#config;
    if (count <= initial) return true;
    return thereafter > 0 && (count - initial) % thereafter === 0;
  }
}
