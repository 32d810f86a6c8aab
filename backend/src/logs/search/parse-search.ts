import type { Comparison, SearchNode, SearchValue } from './search-node.ts';
import { SearchScanner } from './search-scanner.ts';

const TERMS_MAX = 100;
const DEPTH_MAX = 20;
const COMPARISONS: ReadonlyMap<string, Comparison> = new Map<string, Comparison>(
  (['>', '>=', '<', '<='] as const).flatMap((comparison) => [
    [comparison, comparison],
    [`:${comparison}`, comparison],
  ]),
);

/**
 * What was typed as terms that `AND` (or nothing), `OR`, `NOT` (or `-`) and brackets join; `AND`
 * binds closer than `OR`. Undefined when nothing was typed. Throws `ApiFailure` `BAD_REQUEST` that
 * names the place and what was expected there.
 */
export function parseSearch(text: string): SearchNode | undefined {
  const parser = new SearchParser(text);
  return parser.parse();
}

class SearchParser {
  readonly #scanner: SearchScanner;
  #terms = 0;
  #depth = 0;

  constructor(text: string) {
    this.#scanner = new SearchScanner(text);
  }

  parse(): SearchNode | undefined {
    const scanner = this.#scanner;
    scanner.skipSpace();
    if (scanner.isAtEnd) return undefined;
    const node = this.#anyOf(undefined);
    if (!scanner.isAtEnd) scanner.fail('a term or the end');
    return node;
  }

  #anyOf(field: string | undefined): SearchNode {
    const parts = [this.#allOf(field)];
    while (this.#scanner.takeKeyword('OR')) {
      this.#scanner.skipSpace();
      parts.push(this.#allOf(field));
    }
    return joined('or', parts);
  }

  #allOf(field: string | undefined): SearchNode {
    const parts = [this.#one(field)];
    const scanner = this.#scanner;
    for (;;) {
      scanner.skipSpace();
      if (scanner.isAtEnd || scanner.startsWith(')')) break;
      if (scanner.takeKeyword('AND')) {
        scanner.skipSpace();
      } else {
        const before = scanner.at;
        const isOr = scanner.takeKeyword('OR');
        scanner.at = before;
        if (isOr) break;
      }
      parts.push(this.#one(field));
    }
    return joined('and', parts);
  }

  /** A term, a group, or what is denied. Inside `field:( )` every term is of that field. */
  #one(field: string | undefined): SearchNode {
    const scanner = this.#scanner;
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) scanner.refuse(`more than ${DEPTH_MAX} brackets and NOTs`);
    const node = this.#nested(field);
    this.#depth -= 1;
    return node;
  }

  #nested(field: string | undefined): SearchNode {
    const scanner = this.#scanner;
    if (scanner.takeKeyword('NOT') || scanner.takeMinus()) {
      scanner.skipSpace();
      return { kind: 'not', part: this.#one(field) };
    }
    if (scanner.startsWith('(')) return this.#group(field);
    this.#terms += 1;
    if (this.#terms > TERMS_MAX) scanner.refuse(`more than ${TERMS_MAX} terms`);
    const at = scanner.at;
    const key = field === undefined ? scanner.takeKey() : undefined;
    if (key !== undefined) return this.#fieldTerm(key, at);
    const value = this.#value('a term such as `timeout`, `"two words"` or `service:checkout`');
    return { kind: 'match', field, value, at };
  }

  #group(field: string | undefined): SearchNode {
    const scanner = this.#scanner;
    scanner.take('(');
    scanner.skipSpace();
    const node = this.#anyOf(field);
    if (!scanner.take(')')) scanner.fail('`)`');
    return node;
  }

  #fieldTerm(field: string, at: number): SearchNode {
    const scanner = this.#scanner;
    const operator = scanner.takeOperator() ?? scanner.fail(`an operator after \`${field}\``);
    const comparison = COMPARISONS.get(operator);
    if (comparison !== undefined) {
      scanner.skipSpace();
      const text =
        scanner.takeQuoted() ??
        scanner.takeWord() ??
        scanner.fail(`a number after \`${field}${operator}\``);
      return { kind: 'compare', field, comparison, text, at };
    }
    const match = this.#fieldValue(field, operator, at);
    return operator === '!=' ? { kind: 'not', part: match } : match;
  }

  #fieldValue(field: string, operator: string, at: number): SearchNode {
    if (this.#scanner.startsWith('(')) return this.#group(field);
    const value = this.#value(
      `a value directly after \`${field}${operator}\` (text with a colon stands in quotes)`,
    );
    const isStar = value.kind === 'wildcard' && /^\*+$/.test(value.text);
    return isStar ? { kind: 'exists', field, at } : { kind: 'match', field, value, at };
  }

  #value(expected: string): SearchValue {
    const scanner = this.#scanner;
    if (scanner.startsWith('"')) {
      const text = scanner.takeQuoted() ?? scanner.fail('a closing `"`');
      if (text === '') scanner.fail('text between the quotes');
      return { kind: 'text', text };
    }
    if (scanner.startsWith('/')) return this.#regexp();
    const word = scanner.takeWord() ?? scanner.fail(expected);
    return { kind: word.includes('*') ? 'wildcard' : 'text', text: word };
  }

  #regexp(): SearchValue {
    const scanner = this.#scanner;
    const { pattern, flags } =
      scanner.takeRegexp() ?? scanner.fail('a regexp that ends with `/` (or text in quotes)');
    if (pattern === '') scanner.fail('a regexp between the slashes (or text in quotes)');
    if (flags !== '' && flags !== 'i')
      scanner.refuse(`\`${flags}\` is no flag of a regexp: only i`);
    return { kind: 'regexp', pattern, ignoreCase: flags === 'i' };
  }
}

function joined(kind: 'and' | 'or', parts: readonly SearchNode[]): SearchNode {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind, parts };
}
