import { ApiFailure } from '../../api/failure.ts';

/** How a search is written, in one sentence: for documentation and hints. */
export const SEARCH_FORMS: string =
  '`word`, `"several words"`, `part*` or `*part*`, `/regexp/` (`/regexp/i`) in the body; ' +
  '`field:value`, `field:"a value"`, `field:*` (is there), `field:/regexp/`, `field>=500`; ' +
  'beside each other all hold; `OR`, `NOT` or `-`, and brackets';

const FOUND_LENGTH_MAX = 16;
const SPACE = /\s*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
const REGEXP = /\/((?:[^/\\]|\\.)*)\/([a-z]*)/sy;
/** What stands between spaces and brackets. */
const WORD = /[^\s()"]+/y;
const KEY = /[\p{L}_@][\p{L}\p{N}_.@/-]*(?=:|[<>]|!?=)/uy;
const OPERATOR = /:(?:>=|<=|>|<)?|>=|<=|!=|>|<|=/y;
const KEYWORD = /(?:AND|OR|NOT)(?=[\s()"/-]|$)/y;

export interface RegexpToken {
  readonly pattern: string;
  readonly flags: string;
}

/** Reads a search from left to right; every `take` moves on when it finds what it looks for. */
export class SearchScanner {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#text.length;
  }

  skipSpace(): void {
    this.#match(SPACE);
  }

  startsWith(literal: string): boolean {
    return this.#text.startsWith(literal, this.at);
  }

  take(literal: string): boolean {
    if (!this.startsWith(literal)) return false;
    this.at += literal.length;
    return true;
  }

  takeKeyword(word: 'AND' | 'OR' | 'NOT'): boolean {
    if (!this.startsWith(word)) return false;
    return this.#match(KEYWORD) !== undefined;
  }

  /** `-` in front of something: not a dash between spaces. */
  takeMinus(): boolean {
    return /-[^\s)]/y.test(this.#text.slice(this.at, this.at + 2)) && this.take('-');
  }

  /** A key that an operator follows. */
  takeKey(): string | undefined {
    const key = this.#match(KEY);
    if (key !== undefined) return key[0];
    const before = this.at;
    const quoted = this.takeQuoted();
    if (quoted !== undefined && this.startsWith(':')) return quoted;
    this.at = before;
    return undefined;
  }

  takeOperator(): string | undefined {
    return this.#match(OPERATOR)?.[0];
  }

  takeQuoted(): string | undefined {
    return this.#match(QUOTED)?.[1]?.replaceAll(/\\(.)/gs, '$1');
  }

  takeRegexp(): RegexpToken | undefined {
    const found = this.#match(REGEXP);
    if (found === undefined) return undefined;
    return { pattern: (found[1] ?? '').replaceAll('\\/', '/'), flags: found[2] ?? '' };
  }

  takeWord(): string | undefined {
    return this.#match(WORD)?.[0];
  }

  fail(expected: string): never {
    throw searchFailure(this.#text, this.at, `expected ${expected}`);
  }

  refuse(problem: string): never {
    throw searchFailure(this.#text, this.at, problem);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }
}

/** A refusal that names the place and what is there. */
export function searchFailure(text: string, at: number, problem: string): ApiFailure {
  const rest = text.slice(at, at + FOUND_LENGTH_MAX);
  const found = rest === '' ? 'the end' : `\`${rest}\``;
  const message = `\`q\` at character ${at + 1}: ${problem}, found ${found}`;
  return new ApiFailure('BAD_REQUEST', message, { hint: `Write ${SEARCH_FORMS}.` });
}
