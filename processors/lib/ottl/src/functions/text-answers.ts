import type { GoRegexp } from '@sonde/go-regexp';

/** Answers that are kept, and the longest text that one is kept for. */
const ANSWERS_MAX = 4096;
const TEXT_LENGTH_MAX = 256;

/**
 * What a regular expression gave for a text: telemetry repeats its texts. When it is full, everything
 * is forgotten.
 */
export class TextAnswers<T> {
  #regexp: GoRegexp | undefined;
  readonly #answers = new Map<string, T>();

  of(regexp: GoRegexp, text: string, answer: (text: string) => T): T {
    if (text.length > TEXT_LENGTH_MAX) return answer(text);
    if (regexp !== this.#regexp || this.#answers.size >= ANSWERS_MAX) {
      this.#answers.clear();
      this.#regexp = regexp;
    }
    const known = this.#answers.get(text);
    if (known !== undefined) return known;
    const computed = answer(text);
    this.#answers.set(text, computed);
    return computed;
  }
}
