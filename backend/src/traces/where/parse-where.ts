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

/** How the spans of one part of a filter lie to those of the part before it. */
export type Relation = 'calls' | 'above';

/** What the spans that are looked for have over them. */
export interface Ancestor {
  /** `calls`: their parent is one of these. `above`: one of these is anywhere above. */
  readonly relation: Relation;
  readonly conditions: readonly Condition[];
  /** What these have over them in their turn. */
  readonly ancestor?: Ancestor | undefined;
}

/** A filter of spans: conditions that all hold, and what has to be above. */
export interface SpanFilter {
  readonly conditions: readonly Condition[];
  readonly ancestor?: Ancestor | undefined;
}

const CONDITIONS_MAX = 30;
const RELATIONS_MAX = 3;
const RELATIONS: readonly Relation[] = ['calls', 'above'];
const OPERATORS: readonly WhereOperator[] = ['!=', '!~', '>=', '<=', '=', '~', '>', '<'];
/** What ends a word that is not quoted. */
const WORD = /[^\s"=!~<>]+/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/y;
const SPACE = /\s*/y;

export const WHERE_FORMS: string =
  '`key=value`, `!=`, `~` (contains), `!~`, `>`, `>=`, `<`, `<=` or `key exists`; conditions are ' +
  'parted by spaces and all hold; a value with spaces stands in double quotes';

export const SPAN_FILTER_FORMS: string =
  `${WHERE_FORMS}; \`A calls B\` finds the spans B whose parent is A, \`A above B\` those with A ` +
  'anywhere above them, both being conditions';

/**
 * `service=checkout http.route!="/a b" duration>250ms user.id exists` as conditions that all hold.
 * Throws `ApiFailure` `BAD_REQUEST` that names the place and what was expected there.
 */
export function parseWhere(text: string): Condition[] {
  const scanner = new Scanner(text, WHERE_FORMS);
  const conditions: Condition[] = [];
  for (scanner.skipSpace(); !scanner.isAtEnd; scanner.skipSpace()) {
    if (conditions.length === CONDITIONS_MAX) {
      throw scanner.failure(`at most ${CONDITIONS_MAX} conditions`);
    }
    conditions.push(readCondition(scanner));
  }
  return conditions;
}

/**
 * `parseWhere`, and `service=shop calls service=pay above status=error`: the spans that the last part
 * is about, below those of the parts before.
 */
export function parseSpanFilter(text: string): SpanFilter {
  const scanner = new Scanner(text, SPAN_FILTER_FORMS);
  const limits = { conditions: CONDITIONS_MAX, relations: RELATIONS_MAX };
  let ancestor: Ancestor | undefined;
  let conditions: Condition[] = [];
  for (scanner.skipSpace(); !scanner.isAtEnd; scanner.skipSpace()) {
    const relation = takeRelation(scanner);
    if (relation === undefined) {
      if (limits.conditions-- === 0) throw scanner.failure(`at most ${CONDITIONS_MAX} conditions`);
      conditions.push(readCondition(scanner));
      continue;
    }
    if (conditions.length === 0) throw scanner.failure(`a condition stands before \`${relation}\``);
    if (limits.relations-- === 0)
      throw scanner.failure(`at most ${RELATIONS_MAX} of calls and above`);
    ancestor = { relation, conditions, ...(ancestor === undefined ? {} : { ancestor }) };
    conditions = [];
  }
  if (ancestor !== undefined && conditions.length === 0) {
    scanner.fail(`a condition after \`${ancestor.relation}\``);
  }
  return { conditions, ...(ancestor === undefined ? {} : { ancestor }) };
}

/** All conditions of a filter, whatever part they stand in. */
export function allConditions({ conditions, ancestor }: SpanFilter): readonly Condition[] {
  return ancestor === undefined ? conditions : [...allConditions(ancestor), ...conditions];
}

/** The word between two parts; one with an operator behind it is a key. */
function takeRelation(scanner: Scanner): Relation | undefined {
  const before = scanner.at;
  const relation = RELATIONS.find((word) => scanner.takeWord(word));
  if (relation === undefined) return undefined;
  scanner.skipSpace();
  const isKey = OPERATORS.some((operator) => scanner.startsWith(operator));
  if (!isKey && !scanner.startsWithWord('exists')) return relation;
  scanner.at = before;
  return undefined;
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
  readonly #forms: string;
  at = 0;

  /** `forms`: what may be written, for messages. */
  constructor(text: string, forms: string) {
    this.#text = text;
    this.#forms = forms;
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

  startsWithWord(literal: string): boolean {
    const before = this.at;
    const isThere = this.takeWord(literal);
    this.at = before;
    return isThere;
  }

  take(literal: string): boolean {
    if (!this.startsWith(literal)) return false;
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
      { hint: `Conditions are ${this.#forms}.` },
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
