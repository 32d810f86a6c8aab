import type { MetricSeries } from '@sonde/backend/api-contract';

/** A formula over queries: `a / b * 100`. */
export type Formula =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'query'; readonly letter: string }
  | { readonly kind: 'negative'; readonly of: Formula }
  | {
      readonly kind: 'call';
      readonly name: FunctionName;
      readonly of: readonly Formula[];
    }
  | {
      readonly kind: 'binary';
      readonly operator: Operator;
      readonly left: Formula;
      readonly right: Formula;
    };

type Operator = '+' | '-' | '*' | '/';
type FunctionName = 'abs' | 'min' | 'max' | 'sqrt' | 'log10';

const FUNCTIONS: Readonly<Record<FunctionName, (values: readonly number[]) => number>> = {
  abs: ([value = 0]) => Math.abs(value),
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  sqrt: ([value = 0]) => Math.sqrt(value),
  log10: ([value = 0]) => Math.log10(value),
};
const LENGTH_MAX = 200;
const DEPTH_MAX = 30;

/** What is wrong with a formula and where. */
export class FormulaError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(`at character ${at + 1}: ${message}`);
    this.at = at;
  }
}

/** Throws `FormulaError`. `letters` are the queries there are. */
export function parseFormula(text: string, letters: readonly string[]): Formula {
  if (text.length > LENGTH_MAX) throw new FormulaError('a formula is shorter', LENGTH_MAX);
  const parser = new Parser(text, letters);
  return parser.whole();
}

class Parser {
  readonly #text: string;
  readonly #letters: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(text: string, letters: readonly string[]) {
    this.#text = text;
    this.#letters = letters;
  }

  whole(): Formula {
    const formula = this.#sum();
    if (this.#peek() !== '') throw this.#error('expected + - * / or the end');
    return formula;
  }

  #sum(): Formula {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw this.#error('too many brackets');
    let left = this.#product();
    for (let sign = this.#sign('+', '-'); sign !== undefined; sign = this.#sign('+', '-')) {
      left = { kind: 'binary', operator: sign, left, right: this.#product() };
    }
    this.#depth -= 1;
    return left;
  }

  #product(): Formula {
    let left = this.#term();
    for (let sign = this.#sign('*', '/'); sign !== undefined; sign = this.#sign('*', '/')) {
      left = { kind: 'binary', operator: sign, left, right: this.#term() };
    }
    return left;
  }

  #term(): Formula {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw this.#error('too many signs');
    const formula = this.#sign('-') === undefined ? this.#plain() : this.#negative();
    this.#depth -= 1;
    return formula;
  }

  #negative(): Formula {
    return { kind: 'negative', of: this.#term() };
  }

  #plain(): Formula {
    const number = this.#match(/\d+(?:\.\d+)?(?:e[+-]?\d+)?/y);
    if (number !== undefined) return { kind: 'number', value: Number(number) };
    if (this.#take('(')) return this.#bracket();
    const at = this.#at;
    const name = this.#match(/[a-z][a-z0-9]*/y);
    if (name === undefined) throw this.#error('expected a query such as a, a number or (');
    if (this.#take('(')) return this.#call(name, at);
    if (this.#letters.includes(name)) return { kind: 'query', letter: name };
    throw new FormulaError(`there is no query ${name}`, at);
  }

  #bracket(): Formula {
    const formula = this.#sum();
    if (!this.#take(')')) throw this.#error('expected )');
    return formula;
  }

  #call(name: string, at: number): Formula {
    const known = FUNCTION_NAMES.find((candidate) => candidate === name);
    if (known === undefined) {
      throw new FormulaError(`functions are ${FUNCTION_NAMES.join(', ')}`, at);
    }
    const of = [this.#sum()];
    while (this.#take(',')) of.push(this.#sum());
    if (!this.#take(')')) throw this.#error('expected , or )');
    return { kind: 'call', name: known, of };
  }

  #sign<Sign extends Operator>(...signs: readonly Sign[]): Sign | undefined {
    return signs.find((sign) => this.#take(sign));
  }

  #take(literal: string): boolean {
    if (this.#peek() !== literal) return false;
    this.#at += 1;
    return true;
  }

  /** The next character that is no space; empty at the end. */
  #peek(): string {
    while (this.#text[this.#at] === ' ') this.#at += 1;
    return this.#text[this.#at] ?? '';
  }

  #match(pattern: RegExp): string | undefined {
    this.#peek();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #error(message: string): FormulaError {
    this.#peek();
    return new FormulaError(message, this.#at);
  }
}

const FUNCTION_NAMES: readonly FunctionName[] = ['abs', 'min', 'max', 'sqrt', 'log10'];

/**
 * Lines of a formula. Lines of two queries meet where their labels are the same; a query of one line
 * without labels meets all of another's. A step without a value on either side has none.
 */
export function evaluateFormula(
  formula: Formula,
  answers: ReadonlyMap<string, readonly MetricSeries[]>,
): readonly MetricSeries[] {
  switch (formula.kind) {
    case 'number':
      return [
        { labels: {}, values: Array.from({ length: stepsOf(answers) }, () => formula.value) },
      ];
    case 'query':
      return answers.get(formula.letter) ?? [];
    case 'negative':
      return combine([evaluateFormula(formula.of, answers)], ([value = 0]) => -value);
    case 'call':
      return combine(
        formula.of.map((part) => evaluateFormula(part, answers)),
        FUNCTIONS[formula.name],
      );
    case 'binary': {
      const { left, right, operator } = formula;
      const sides = [evaluateFormula(left, answers), evaluateFormula(right, answers)];
      return combine(sides, ([a = 0, b = 0]) => calculate(operator, a, b));
    }
  }
}

function stepsOf(answers: ReadonlyMap<string, readonly MetricSeries[]>): number {
  return Math.max(0, ...[...answers.values()].flat().map(({ values }) => values.length));
}

function calculate(operator: Operator, a: number, b: number): number {
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  return operator === '*' ? a * b : a / b;
}

function combine(
  sides: readonly (readonly MetricSeries[])[],
  calculateStep: (values: readonly number[]) => number,
): readonly MetricSeries[] {
  const [widest = []] = sides.toSorted((a, b) => labelCount(b) - labelCount(a));
  return widest.flatMap((line) => {
    const partners = sides.map((side) => (side === widest ? line : partnerOf(line, side)));
    if (partners.includes(undefined)) return [];
    const values = line.values.map((_, step) => {
      const operands = partners.map((partner) => partner?.values[step] ?? null);
      if (operands.includes(null)) return null;
      const result = calculateStep(operands.map((operand) => operand ?? 0));
      return Number.isFinite(result) ? result : null;
    });
    return { labels: line.labels, values };
  });
}

function labelCount(side: readonly MetricSeries[]): number {
  return Object.keys(side[0]?.labels ?? {}).length;
}

function partnerOf(line: MetricSeries, side: readonly MetricSeries[]): MetricSeries | undefined {
  return side.find(({ labels }) =>
    Object.entries(labels).every(([key, value]) => line.labels[key] === value),
  );
}
