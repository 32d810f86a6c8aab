/** A trouble that lasts is told again so often. Milliseconds. */
const AGAIN_AFTER_MS = 60_000;
/** Texts that are remembered; of more, the one that was told first is forgotten. */
const TEXTS_MAX = 20;

/**
 * Which troubles are worth a line: a broker that is away is asked twice a second, by each partition,
 * and says the same every time.
 */
export class TroubleLines {
  readonly #toldMs: Map<string, number> = new Map();

  /** Whether this text was not told in the minute before `nowMs` (of a clock that never goes back). */
  isWorthTelling(text: string, nowMs: number): boolean {
    const toldMs = this.#toldMs.get(text);
    if (toldMs !== undefined && nowMs - toldMs < AGAIN_AFTER_MS) return false;
    this.#toldMs.delete(text);
    this.#toldMs.set(text, nowMs);
    const [oldest] = this.#toldMs.keys();
    if (oldest !== undefined && this.#toldMs.size > TEXTS_MAX) this.#toldMs.delete(oldest);
    return true;
  }
}
