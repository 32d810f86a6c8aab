import { GoRegexp } from '@sonde/go-regexp';
import { describe, expect, it } from 'vitest';
import { TextAnswers } from '../src/functions/text-answers.ts';

const KEPT = 4096;

/** How many of the texts were computed. */
function computedOf(answers: TextAnswers<boolean>, texts: readonly string[]): number {
  const regexp = REGEXP;
  let computed = 0;
  for (const text of texts) {
    const answer = answers.of(regexp, text, (one) => {
      computed++;
      return regexp.test(one);
    });
    expect(answer).toBe(regexp.test(text));
  }
  return computed;
}

const REGEXP = new GoRegexp('7$');
const distinct = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${i}`);

describe('answers for texts', () => {
  it('are computed once for what repeats, also when they were full', () => {
    const answers = new TextAnswers<boolean>();
    const often = distinct(KEPT).flatMap((text) => [text, text]);
    expect(computedOf(answers, often)).toBe(KEPT);
    expect(computedOf(answers, ['x', 'x'])).toBe(1);
  });

  it('are not kept for a while where nothing repeats, and then again', () => {
    const answers = new TextAnswers<boolean>();
    expect(computedOf(answers, distinct(KEPT))).toBe(KEPT);
    expect(computedOf(answers, ['x', 'x', 'x'])).toBe(3);
    computedOf(answers, distinct(65_536 - 2));
    expect(computedOf(answers, ['y', 'y'])).toBe(1);
  });
});
