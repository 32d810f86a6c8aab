import { GoRegexp, GoRegexpError } from '@sonde/go-regexp';
import { CompileError, EvaluationError } from '../errors.ts';
import type { Compiled, Getter } from './getter.ts';
import { asString } from './typed-getters.ts';

/** Patterns of one argument that data brings and that are kept compiled. */
const PATTERNS_KEPT_MAX = 64;

/**
 * The regular expression of an argument: compiled once where it is a literal (`CompileError` when it
 * is none), else when it is met (`EvaluationError`).
 */
export function patternGetter<C>(argument: Compiled<C>, functionName: string): Getter<C, GoRegexp> {
  const { get, literal } = argument;
  if (typeof literal === 'string') {
    const regexp = compilePattern(literal, functionName, (text) => new CompileError(text));
    return () => regexp;
  }
  const kept = new Map<string, GoRegexp>();
  return (cursor) => {
    const pattern = asString(get(cursor));
    const known = kept.get(pattern);
    if (known !== undefined) return known;
    const regexp = compilePattern(pattern, functionName, (text) => new EvaluationError(text));
    if (kept.size >= PATTERNS_KEPT_MAX) kept.clear();
    kept.set(pattern, regexp);
    return regexp;
  };
}

function compilePattern(
  pattern: string,
  functionName: string,
  refuse: (text: string) => Error,
): GoRegexp {
  try {
    return new GoRegexp(pattern);
  } catch (error) {
    if (!(error instanceof GoRegexpError)) throw error;
    const text = `the regex pattern supplied to ${functionName} is not a valid pattern`;
    throw refuse(`${text}: ${error.message}`);
  }
}
