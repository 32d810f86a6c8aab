import { GoRegexp } from '@sonde/go-regexp';
import { type Dictionary, dictionaryText } from '@sonde/proto';

export type TextTest = (text: string) => boolean;

/**
 * Whether a text is one of those, or matches one of the expressions. Throws `Error` with upstream's
 * text for another match type, which names `what` is matched where that is given, and
 * `GoRegexpError`.
 */
export function compileTexts(matchType: string, texts: readonly string[], what?: string): TextTest {
  switch (matchType) {
    case 'strict': {
      const set = new Set(texts);
      return (text) => set.has(text);
    }
    case 'regexp': {
      const expressions = texts.map((text) => new GoRegexp(text));
      return (text) => expressions.some((expression) => expression.test(text));
    }
    default:
      throw new Error(
        `${what === undefined ? '' : `error creating ${what} filters: `}unrecognized match_type: ` +
          `'${matchType}', valid types are: [regexp strict]`,
      );
  }
}

/** Asks once for each id of a dictionary. */
export function idTest(dictionary: Dictionary, test: TextTest): (id: number) => boolean {
  const answers: boolean[] = [];
  return (id) => {
    answers[id] ??= test(dictionaryText(dictionary, id));
    return answers[id];
  };
}
