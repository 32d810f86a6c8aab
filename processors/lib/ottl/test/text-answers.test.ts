import { GoRegexp } from '@sonde/go-regexp';
import { describe, expect, it } from 'vitest';
import { TextAnswers } from '../src/functions/text-answers.ts';

const KEPT = 4096;

class CountedAnswers {
  #computed = 0;
  readonly #answers: TextAnswers<boolean> = new TextAnswers((text, regexp) => {
    this.#computed++;
    return regexp.test(text);
  });

  /** How many of the texts were computed. */
  computedOf(texts: readonly string[], regexp: GoRegexp = REGEXP): number {
    this.#computed = 0;
    for (const text of texts) {
      expect(this.#answers.of(regexp, text)).toBe(regexp.test(text));
    }
    return this.#computed;
  }
}

const REGEXP = new GoRegexp('(7)$');
const distinct = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${i}`);

describe('answers for texts', () => {
  it('are computed once for what repeats, also when they were full', () => {
    const answers = new CountedAnswers();
    const often = distinct(KEPT).flatMap((text) => [text, text]);
    expect(answers.computedOf(often)).toBe(KEPT);
    expect(answers.computedOf(['x', 'x'])).toBe(1);
  });

  it('are not kept for a while where nothing repeats, and then again', () => {
    const answers = new CountedAnswers();
    expect(answers.computedOf(distinct(KEPT))).toBe(KEPT);
    expect(answers.computedOf(['x', 'x', 'x'])).toBe(3);
    answers.computedOf(distinct(65_536 - 2));
    expect(answers.computedOf(['y', 'y'])).toBe(1);
  });

  it('are not kept for patterns that are cheap to ask', () => {
    const answers = new CountedAnswers();
    expect(answers.computedOf(['7', '7', '7'], new GoRegexp('7$'))).toBe(3);
  });
});
