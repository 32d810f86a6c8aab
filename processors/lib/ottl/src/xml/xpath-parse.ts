import { XPATH_FUNCTIONS } from './xpath-functions.ts';
import {
  AXES,
  type NodeTest,
  type XPathAxis,
  XPathError,
  type XPathExpression,
  type XPathStep,
} from './xpath-syntax.ts';

const LENGTH_MAX = 10_000;
const DEPTH_MAX = 100;
const TOKEN =
  /\s*(?:("[^"]*"|'[^']*')|([0-9]+(?:\.[0-9]*)?|\.[0-9]+)|(::|\/\/|\.\.|!=|<=|>=|[-+=<>|*/@()[\],.$:])|([\p{L}_][\p{L}\p{N}_.-]*))\s*/uy;
const NODE_TYPES = ['node', 'text', 'comment', 'processing-instruction'] as const;

interface Token {
  readonly kind: 'string' | 'number' | 'symbol' | 'name' | 'end';
  readonly text: string;
  readonly at: number;
}

/** Operators from the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['=', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', 'div', 'mod'],
];

/** Throws `XPathError`. */
export function parseXPath(text: string): XPathExpression {
  if (text.trim() === '') throw new XPathError('expr expression is nil');
  if (text.length > LENGTH_MAX) throw new XPathError(`longer than ${LENGTH_MAX} characters`);
  return new XPathParser(tokenize(text)).parse();
}

function fault(at: number, what: string): XPathError {
  return new XPathError(`expression must evaluate to a node-set (at character ${at + 1}: ${what})`);
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw fault(at, `${text.charAt(at)} is not expected`);
    const [, string, number, symbol, name] = match;
    if (string !== undefined) tokens.push({ kind: 'string', text: string.slice(1, -1), at });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, at });
    else tokens.push({ kind: 'name', text: name ?? '', at });
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

class XPathParser {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): XPathExpression {
    const expression = this.#expression(0);
    if (this.#token.kind !== 'end')
      throw fault(this.#token.at, `${this.#token.text} is not expected`);
    return expression;
  }

  get #token(): Token {
    return this.#tokens[this.#index] ?? { kind: 'end', text: '', at: 0 };
  }

  #peek(offset: number): Token | undefined {
    return this.#tokens[this.#index + offset];
  }

  #is(text: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#index++;
    return true;
  }

  #require(text: string): void {
    if (!this.#take(text)) throw fault(this.#token.at, `${text} is missing`);
  }

  #expression(level: number): XPathExpression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    if (level === 0 && ++this.#depth > DEPTH_MAX) {
      throw fault(this.#token.at, `more than ${DEPTH_MAX} expressions within each other`);
    }
    let left = this.#expression(level + 1);
    while (operators.includes(this.#token.text) && this.#token.kind !== 'string') {
      const operator = this.#token.text;
      this.#index++;
      left = { kind: 'binary', operator, left, right: this.#expression(level + 1) };
    }
    if (level === 0) this.#depth--;
    return left;
  }

  #unary(): XPathExpression {
    if (this.#take('-')) return { kind: 'negate', operand: this.#unary() };
    let left = this.#path();
    while (this.#take('|')) {
      left = { kind: 'binary', operator: '|', left, right: this.#path() };
    }
    return left;
  }

  #path(): XPathExpression {
    if (this.#startsPrimary()) return this.#filteredPath();
    if (this.#take('//')) {
      const steps = [ANYWHERE, ...this.#steps()];
      return { kind: 'path', from: 'root', steps };
    }
    if (this.#take('/')) {
      return { kind: 'path', from: 'root', steps: this.#startsStep() ? this.#steps() : [] };
    }
    return { kind: 'path', from: 'here', steps: this.#steps() };
  }

  #filteredPath(): XPathExpression {
    const primary = this.#primary();
    const predicates = this.#predicates();
    const base: XPathExpression =
      predicates.length === 0 ? primary : { kind: 'filter', base: primary, predicates };
    if (this.#take('//')) return { kind: 'path', from: base, steps: [ANYWHERE, ...this.#steps()] };
    return this.#take('/') ? { kind: 'path', from: base, steps: this.#steps() } : base;
  }

  #startsPrimary(): boolean {
    const { kind, text } = this.#token;
    if (kind === 'string' || kind === 'number' || this.#is('(')) return true;
    const isCall = kind === 'name' && this.#peek(1)?.text === '(';
    return isCall && !isNodeType(text);
  }

  #primary(): XPathExpression {
    const { kind, text, at } = this.#token;
    this.#index++;
    if (kind === 'string') return { kind: 'string', value: text };
    if (kind === 'number') return { kind: 'number', value: Number(text) };
    if (kind === 'symbol') {
      const inner = this.#expression(0);
      this.#require(')');
      return inner;
    }
    return this.#call(text, at);
  }

  #call(name: string, at: number): XPathExpression {
    const known = XPATH_FUNCTIONS.get(name);
    if (known === undefined) throw new XPathError(`not yet support this function ${name}()`);
    this.#require('(');
    const args: XPathExpression[] = [];
    while (!this.#is(')')) {
      args.push(this.#expression(0));
      if (!this.#take(',')) break;
    }
    this.#require(')');
    if (args.length < known.least || args.length > known.most) {
      throw fault(at, `${name}() has another number of arguments`);
    }
    return { kind: 'call', name, args };
  }

  #steps(): XPathStep[] {
    const steps = [this.#step()];
    for (;;) {
      if (this.#take('//')) steps.push(ANYWHERE, this.#step());
      else if (this.#take('/')) steps.push(this.#step());
      else return steps;
    }
  }

  #startsStep(): boolean {
    const { kind } = this.#token;
    return kind === 'name' || ['.', '..', '@', '*'].some((symbol) => this.#is(symbol));
  }

  #step(): XPathStep {
    if (this.#take('.')) return { axis: 'self', test: { type: 'node' }, predicates: [] };
    if (this.#take('..')) return { axis: 'parent', test: { type: 'node' }, predicates: [] };
    const axis = this.#axis();
    return { axis, test: this.#nodeTest(), predicates: this.#predicates() };
  }

  #axis(): XPathAxis {
    if (this.#take('@')) return 'attribute';
    if (this.#peek(1)?.text !== '::') return 'child';
    const { text, at } = this.#token;
    const axis = AXES.find((name) => name === text);
    if (axis === undefined) throw fault(at, `there is no axis ${text}`);
    this.#index += 2;
    return axis;
  }

  #nodeTest(): NodeTest {
    if (this.#take('*')) return { prefix: '*', name: '*' };
    const { kind, text, at } = this.#token;
    if (kind !== 'name') throw fault(at, text === '' ? 'a step is missing' : `${text} is no step`);
    this.#index++;
    const type = NODE_TYPES.find((name) => name === text);
    if (type !== undefined && this.#take('(')) {
      if (this.#token.kind === 'string') this.#index++;
      this.#require(')');
      return { type };
    }
    if (!this.#take(':')) return { prefix: '', name: text };
    if (this.#take('*')) return { prefix: text, name: '*' };
    const local = this.#token;
    if (local.kind !== 'name') throw fault(local.at, 'a name is missing');
    this.#index++;
    return { prefix: text, name: local.text };
  }

  #predicates(): XPathExpression[] {
    const predicates: XPathExpression[] = [];
    while (this.#take('[')) {
      predicates.push(this.#expression(0));
      this.#require(']');
    }
    return predicates;
  }
}

const ANYWHERE: XPathStep = { axis: 'descendant-or-self', test: { type: 'node' }, predicates: [] };

function isNodeType(name: string): boolean {
  return NODE_TYPES.some((type) => type === name);
}
