import { GoRegexp, GoRegexpError } from '@sonde/go-regexp';
import type { Compiled, Getter } from '../compile/getter.ts';
import { asString } from '../compile/typed-getters.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import type { Value } from '../value/value.ts';

const REGEXP_MARKS = /[.+^$|()\\{}[\]*?]/;

/** Patterns of one argument that data brings and that are kept compiled. */
const GLOBS_KEPT_MAX = 64;

/**
 * A pattern of `replace_match`: `*` and `?`, sets in brackets, alternatives in braces, all of the
 * text. Compiled once where it is a literal (`CompileError` for one that is none), else when it is
 * met (`EvaluationError`).
 */
export function globGetter<C>({ get, literal }: Compiled<C>): Getter<C, GoRegexp> {
  if (literal !== undefined) {
    const text = literal;
    const glob = orRefuse(
      () => compileGlob(text),
      (reason) => new CompileError(reason),
    );
    return () => glob;
  }
  const kept = new Map<string, GoRegexp>();
  return (cursor) => {
    const pattern = asString(get(cursor));
    const known = kept.get(pattern);
    if (known !== undefined) return known;
    const glob = compileGlob(pattern);
    if (kept.size >= GLOBS_KEPT_MAX) kept.clear();
    kept.set(pattern, glob);
    return glob;
  };
}

function orRefuse(compile: () => GoRegexp, refuse: (reason: string) => Error): GoRegexp {
  try {
    return compile();
  } catch (error) {
    throw error instanceof EvaluationError ? refuse(error.message) : error;
  }
}

function compileGlob(pattern: Value): GoRegexp {
  const regexp = new GlobReader(asString(pattern)).read();
  try {
    return new GoRegexp(`^(?s:${regexp})$`);
  } catch (error) {
    if (error instanceof GoRegexpError) throw invalid(error.message);
    throw error;
  }
}

function invalid(reason: string): EvaluationError {
  return new EvaluationError(`the pattern supplied is not a valid pattern: ${reason}`);
}

class GlobReader {
  readonly #pattern: string;
  #at = 0;
  #depth = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  read(): string {
    let regexp = '';
    while (this.#at < this.#pattern.length) regexp += this.#part();
    if (this.#depth > 0) throw invalid('unclosed {');
    return regexp;
  }

  #part(): string {
    const char = this.#pattern[this.#at++] ?? '';
    switch (char) {
      case '*':
        return '.*';
      case '?':
        return '.';
      case '\\':
        return escaped(this.#pattern[this.#at++] ?? '\\');
      case '[':
        return this.#set();
      case '{':
        this.#depth++;
        return '(?:';
      case '}':
        if (this.#depth === 0) return '\\}';
        this.#depth--;
        return ')';
      case ',':
        return this.#depth > 0 ? '|' : ',';
      default:
        return escaped(char);
    }
  }

  #set(): string {
    const end = this.#pattern.indexOf(']', this.#at + 1);
    if (end === -1) throw invalid('unclosed [');
    const inner = this.#pattern.slice(this.#at, end);
    this.#at = end + 1;
    const isNegated = inner.startsWith('!');
    const members = (isNegated ? inner.slice(1) : inner).replace(/[\\^[\]]/g, '\\$&');
    return `[${isNegated ? '^' : ''}${members}]`;
  }
}

function escaped(char: string): string {
  return REGEXP_MARKS.test(char) ? `\\${char}` : char;
}
