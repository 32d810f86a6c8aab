import { ApiFailure } from '../../api/failure.ts';

/** How a condition compares; `exists` has no value. */
export type WhereOperator = '=' | '!=' | '~' | '!~' | '>' | '>=' | '<' | '<=' | 'exists';

/** One `key operator value`. */
export interface Condition {
  readonly key: string;
  readonly operator: WhereOperator;
  readonly value: string;
  /** Where it begins in the text, for messages. */
  readonly at: number;
}

const CONDITIONS_MAX = 30;
const OPERATORS: readonly WhereOperator[] = ['!=', '!~', '>=', '<=', '=', '~', '>', '<'];
/** What ends a word that is not quoted. */
const WORD = /[^\s"=!~<>]+/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/y;
const SPACE = /\s*/y;

export const WHERE_FORMS: string =
  '`key=value`, `!=`, `~` (contains), `!~`, `>`, `>=`, `<`, `<=` or `key exists`; conditions are ' +
  'parted by spaces and all hold; a value with spaces stands in double quotes';

/**
 * `service=checkout http.route!="/a b" duration>250ms user.id exists` as conditions that all hold.
 * Throws `ApiFailure` `BAD_REQUEST` that names the place and what was expected there.
 */
export function parseWhere(text: string): Condition[] {
  const scanner = new Scanner(text);
  const conditions: Condition[] = [];
  for (scanner.skipSpace(); !scanner.isAtEnd; scanner.skipSpace()) {
    if (conditions.length === CONDITIONS_MAX) {
      throw scanner.failure(`at most ${CONDITIONS_MAX} conditions`);
    }
    conditions.push(readCondition(scanner));
  }
  return conditions;
}

function readCondition(scanner: Scanner): Condition {
  const at = scanner.at;
  const key = scanner.word() ?? scanner.fail('a key such as `service` or `http.route`');
  scanner.skipSpace();
  const operator = OPERATORS.find((candidate) => scanner.take(candidate));
  if (operator === undefined) {
    if (scanner.takeWord('exists')) return { key, operator: 'exists', value: '', at };
    return scanner.fail(`an operator after \`${key}\`: = != ~ !~ > >= < <= or exists`);
  }
  scanner.skipSpace();
  const value = scanner.word() ?? scanner.fail(`a value after \`${key}${operator}\``);
  return { key, operator, value, at };
}

class Scanner {
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

  take(literal: string): boolean {
    if (!this.#text.startsWith(literal, this.at)) return false;
    this.at += literal.length;
    return true;
  }

  takeWord(literal: string): boolean {
    const before = this.at;
    if (this.#match(WORD) === literal) return true;
    this.at = before;
    return false;
  }

  /** A bare word, or the content of a quoted one. */
  word(): string | undefined {
    const quoted = this.#match(QUOTED);
    if (quoted !== undefined) return quoted.slice(1, -1).replaceAll(/\\(.)/gs, '$1');
    return this.#match(WORD);
  }

  fail(expected: string): never {
    throw this.failure(`expected ${expected}`);
  }

  failure(problem: string): ApiFailure {
    const found = this.isAtEnd ? 'the end' : `\`${this.#text.slice(this.at, this.at + 16)}\``;
    return new ApiFailure(
      'BAD_REQUEST',
      `\`where\` at character ${this.at + 1}: ${problem}, found ${found}`,
      { hint: `Conditions are ${WHERE_FORMS}.` },
    );
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) return undefined;
    this.at += found.length;
    return found;
  }
}
