import type { GoRegexp } from '@sonde/go-regexp';

/** Answers that are kept, and the longest text that one is kept for. */
const ANSWERS_MAX = 4096;
const TEXT_LENGTH_MAX = 256;

/** When it is full and fewer than one answer in so many was asked for again, keeping does not pay. */
const REPEATS_MIN_SHARE = 4;
/** Texts that are then answered without being kept, before it is tried again. */
const UNKEPT_TEXTS = 65_536;

/**
 * What a regular expression gave for a text: telemetry repeats its texts. When it is full, everything
 * is forgotten; where texts do not repeat (bodies with ids in them), none are kept for a while, and
 * those of cheap patterns never.
 */
export class TextAnswers<T> {
  #regexp: GoRegexp | undefined;
  readonly #answers = new Map<string, T>();
  #repeats = 0;
  #unkept = 0;

  readonly #answer: (text: string, regexp: GoRegexp) => T;

  /** `answer` is a pure function. */
  constructor(answer: (text: string, regexp: GoRegexp) => T) {
    this.#answer = answer;
  }

  /** Whether texts match. */
  static matches(): TextAnswers<boolean> {
    return new TextAnswers((text, regexp) => regexp.test(text));
  }

  of(regexp: GoRegexp, text: string): T {
    if (regexp.isCheap || text.length > TEXT_LENGTH_MAX) return this.#answer(text, regexp);
    if (regexp !== this.#regexp) this.#forget(regexp);
    if (this.#unkept > 0) {
      this.#unkept--;
      return this.#answer(text, regexp);
    }
    const known = this.#answers.get(text);
    if (known !== undefined) {
      this.#repeats++;
      return known;
    }
    const computed = this.#answer(text, regexp);
    if (this.#answers.size >= ANSWERS_MAX) this.#forget(regexp);
    if (this.#unkept === 0) this.#answers.set(text, computed);
    return computed;
  }

  #forget(regexp: GoRegexp): void {
    const isFull = regexp === this.#regexp;
    this.#unkept = isFull && this.#repeats * REPEATS_MIN_SHARE < ANSWERS_MAX ? UNKEPT_TEXTS : 0;
    this.#answers.clear();
    this.#repeats = 0;
    this.#regexp = regexp;
  }
}
