import { GoRegexp } from '@sonde/go-regexp';
import { CompileError } from '../errors.ts';

const REGEXP_MARKS = /[.+^$|()\\{}[\]*?]/;

/**
 * A pattern of `replace_match`: `*` and `?`, sets in brackets, alternatives in braces, all of the
 * text. Throws `CompileError` with the Collector's words around the reason.
 */
export function compileGlob(pattern: string): GoRegexp {
  return new GoRegexp(`^(?s:${new GlobReader(pattern).read()})$`);
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
    if (this.#depth > 0) throw this.#invalid('unclosed {');
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
    if (end === -1) throw this.#invalid('unclosed [');
    const inner = this.#pattern.slice(this.#at, end);
    this.#at = end + 1;
    const isNegated = inner.startsWith('!');
    const members = (isNegated ? inner.slice(1) : inner).replace(/[\\^[\]]/g, '\\$&');
    return `[${isNegated ? '^' : ''}${members}]`;
  }

  #invalid(reason: string): CompileError {
    return new CompileError(`the pattern supplied is not a valid pattern: ${reason}`);
  }
}

function escaped(char: string): string {
  return REGEXP_MARKS.test(char) ? `\\${char}` : char;
}
