import { TextError } from '@sonde/go-text';
import { EvaluationError } from '../errors.ts';

/** Reads text of a row; what it is not is an `EvaluationError`, with words before it. */
export function parsedText<T>(parse: () => T, before = ''): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    throw new EvaluationError(`${before}${error.message}`, { cause: error });
  }
}
