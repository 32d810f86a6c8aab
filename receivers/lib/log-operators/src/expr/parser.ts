import { ExpressionError } from './expression-error.ts';
import { type Token, tokenize } from './lexer.ts';
import type { Syntax } from './syntax.ts';

const DEPTH_MAX = 200;

/** How strongly an operator binds; `**` binds to the right. */
const BINARY: ReadonlyMap<string, number> = new Map([
  ['|', 0],
  ['or', 10],
  ['||', 10],
  ['and', 15],
  ['&&', 15],
  ['==', 20],
  ['!=', 20],
  ['<', 20],
  ['>', 20],
  ['<=', 20],
  ['>=', 20],
  ['in', 20],
  ['matches', 20],
  ['contains', 20],
  ['startsWith', 20],
  ['endsWith', 20],
  ['..', 25],
  ['+', 30],
  ['-', 30],
  ['*', 60],
  ['/', 60],
  ['%', 60],
  ['**', 100],
  ['^', 100],
  ['??', 500],
]);
/** `x not in y` and the like. */
const NEGATABLE: ReadonlySet<string> = new Set([
  'in',
  'matches',
  'contains',
  'startsWith',
  'endsWith',
]);
const UNARY: ReadonlyMap<string, number> = new Map([
  ['not', 50],
  ['!', 50],
  ['-', 90],
  ['+', 90],
]);
const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['nil', null],
]);

/** The syntax of an expression of expr-lang. Throws `ExpressionError`. */
export function parseExpression(text: string): Syntax {
  const parser = new Parser(tokenize(text));
  return parser.whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Syntax {
    const syntax = this.#expression(0);
    if (this.#token.kind !== 'end') this.#unexpected();
    return syntax;
  }

  get #token(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: 0 };
  }

  #is(text: string): boolean {
    const { kind, text: found } = this.#token;
    return (kind === 'operator' || kind === 'name') && found === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#next++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#unexpected();
  }

  #unexpected(): never {
    const { kind, text, at } = this.#token;
    const what = kind === 'end' ? 'EOF' : `${kind}(${JSON.stringify(text)})`;
    throw new ExpressionError(`unexpected token ${what} (1:${at + 1})`);
  }

  #expression(strength: number): Syntax {
    this.#depth++;
    if (this.#depth > DEPTH_MAX)
      throw new ExpressionError('an expression that is nested too deeply');
    let left = this.#unary();
    for (;;) {
      const infix = this.#infix();
      if (infix === undefined || infix.strength < strength) break;
      this.#next += infix.negated ? 2 : 1;
      left = this.#withRight(left, infix);
    }
    if (strength === 0) left = this.#conditional(left);
    this.#depth--;
    return left;
  }

  #withRight(left: Syntax, infix: Infix): Syntax {
    const { operator, strength, negated } = infix;
    if (operator === '|') return this.#piped(left);
    const rightBound = operator === '**' || operator === '^' ? strength : strength + 1;
    const right = this.#expression(rightBound);
    const binary: Syntax = { kind: 'binary', operator, left, right };
    return negated ? { kind: 'unary', operator: 'not', operand: binary } : binary;
  }

  #infix(): Infix | undefined {
    const { kind, text } = this.#token;
    if (kind !== 'operator' && kind !== 'name') return undefined;
    if (text === 'not') {
      const operator = this.#tokens[this.#next + 1]?.text ?? '';
      if (!NEGATABLE.has(operator)) return undefined;
      return { operator, strength: BINARY.get(operator) ?? 0, negated: true };
    }
    const strength = BINARY.get(text);
    return strength === undefined ? undefined : { operator: text, strength, negated: false };
  }

  /** `value | lower()` is `lower(value)`. */
  #piped(value: Syntax): Syntax {
    const call = this.#primary();
    if (call.kind !== 'call') this.#unexpected();
    return { ...call, args: [value, ...call.args] };
  }

  #conditional(test: Syntax): Syntax {
    if (!this.#take('?')) return test;
    const yes = this.#expression(0);
    this.#expect(':');
    return { kind: 'conditional', test, yes, no: this.#expression(0) };
  }

  #unary(): Syntax {
    const { kind, text } = this.#token;
    const strength = kind === 'operator' || kind === 'name' ? UNARY.get(text) : undefined;
    if (strength === undefined) return this.#primary();
    this.#next++;
    const operand = this.#expression(strength);
    return { kind: 'unary', operator: text === '!' ? 'not' : text, operand };
  }

  #primary(): Syntax {
    const token = this.#token;
    if (token.kind === 'end') this.#unexpected();
    this.#next++;
    switch (token.kind) {
      case 'number':
        return this.#members({ kind: 'literal', value: numberOf(token.text) });
      case 'string':
        return this.#members({ kind: 'literal', value: token.text });
      case 'name':
        return this.#members(this.#named(token.text));
      default:
        return this.#members(this.#bracketed(token));
    }
  }

  #named(name: string): Syntax {
    const literal = LITERALS.get(name);
    if (literal !== undefined) return { kind: 'literal', value: literal };
    if (name === 'let') throw new ExpressionError('"let" is not supported');
    if (!this.#take('(')) return { kind: 'name', name };
    return { kind: 'call', name, args: this.#until(')') };
  }

  #bracketed(token: Token): Syntax {
    switch (token.text) {
      case '(': {
        const inner = this.#expression(0);
        this.#expect(')');
        return inner;
      }
      case '[':
        return { kind: 'list', items: this.#until(']') };
      case '{':
        return { kind: 'map', members: this.#mapMembers() };
      case '#':
        throw new ExpressionError('predicates (#) are not supported');
      default:
        this.#next--;
        return this.#unexpected();
    }
  }

  #until(close: string): readonly Syntax[] {
    const items: Syntax[] = [];
    while (!this.#take(close)) {
      if (items.length > 0) this.#expect(',');
      if (this.#is('{') && close === ')') {
        throw new ExpressionError('predicates ({...}) are not supported');
      }
      if (items.length > 0 && this.#take(close)) break;
      items.push(this.#expression(0));
    }
    return items;
  }

  #mapMembers(): readonly (readonly [Syntax, Syntax])[] {
    const members: (readonly [Syntax, Syntax])[] = [];
    while (!this.#take('}')) {
      if (members.length > 0) this.#expect(',');
      if (members.length > 0 && this.#take('}')) break;
      const key = this.#mapKey();
      this.#expect(':');
      members.push([key, this.#expression(0)]);
    }
    return members;
  }

  #mapKey(): Syntax {
    const { kind, text } = this.#token;
    if (kind !== 'name' && kind !== 'string' && kind !== 'number') return this.#primary();
    this.#next++;
    return { kind: 'literal', value: text };
  }

  #members(start: Syntax): Syntax {
    let object = start;
    for (;;) {
      if (this.#take('.')) object = this.#dotted(object, false);
      else if (this.#take('?.')) object = this.#dotted(object, true);
      else if (this.#take('[')) object = this.#indexed(object);
      else return object;
    }
  }

  #dotted(object: Syntax, optional: boolean): Syntax {
    const { kind, text } = this.#token;
    if (optional && this.#take('[')) {
      const key = this.#expression(0);
      this.#expect(']');
      return { kind: 'member', object, key, optional };
    }
    if (kind !== 'name') this.#unexpected();
    this.#next++;
    if (this.#is('(')) throw new ExpressionError(`method ${JSON.stringify(text)} is not supported`);
    return { kind: 'member', object, key: { kind: 'literal', value: text }, optional };
  }

  #indexed(object: Syntax): Syntax {
    const from = this.#is(':') ? undefined : this.#expression(0);
    if (this.#take(':')) {
      const to = this.#is(']') ? undefined : this.#expression(0);
      this.#expect(']');
      return { kind: 'slice', object, from, to };
    }
    this.#expect(']');
    if (from === undefined) return this.#unexpected();
    return { kind: 'member', object, key: from, optional: false };
  }
}

interface Infix {
  readonly operator: string;
  readonly strength: number;
  readonly negated: boolean;
}

function numberOf(text: string): bigint | number {
  const digits = text.replaceAll('_', '');
  return /^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(digits) ? BigInt(digits) : Number(digits);
}
