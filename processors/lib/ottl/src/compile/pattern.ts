import { GoRegexp, GoRegexpError } from '@sonde/go-regexp';
import { quoteGo } from '@sonde/go-text';
import { CompileError, EvaluationError } from '../errors.ts';
import { goType, type Value } from '../value/value.ts';
import type { Compiled, Getter } from './getter.ts';

/** Patterns of one argument that data brings and that are kept compiled. */
const PATTERNS_KEPT_MAX = 64;

/**
 * The regular expression of an argument: compiled once where it is a literal (`CompileError` when it
 * is none), else when it is met (`EvaluationError`).
 */
export function patternGetter<C>(argument: Compiled<C>, functionName: string): Getter<C, GoRegexp> {
  const { get, literal } = argument;
  if (typeof literal === 'string') {
    const regexp = compilePattern(literal, (reason) => {
      return new CompileError(notValid(functionName, literal, reason));
    });
    return () => regexp;
  }
  const kept = new Map<string, GoRegexp>();
  return (cursor) => {
    const pattern = patternText(get(cursor), functionName);
    const known = kept.get(pattern);
    if (known !== undefined) return known;
    const regexp = compilePattern(pattern, (reason) => new EvaluationError(reason));
    if (kept.size >= PATTERNS_KEPT_MAX) kept.clear();
    kept.set(pattern, regexp);
    return regexp;
  };
}

function patternText(value: Value, functionName: string): string {
  if (typeof value === 'string') return value;
  throw new EvaluationError(notValid(functionName, '', `expected string but got ${goType(value)}`));
}

function notValid(functionName: string, pattern: string, reason: string): string {
  return `the regex pattern supplied to ${functionName} '${quoteGo(pattern)}' is not a valid pattern: ${reason}`;
}

function compilePattern(pattern: string, refuse: (reason: string) => Error): GoRegexp {
  try {
    return new GoRegexp(pattern);
  } catch (error) {
    if (!(error instanceof GoRegexpError)) throw error;
    throw refuse(error.message);
  }
}
