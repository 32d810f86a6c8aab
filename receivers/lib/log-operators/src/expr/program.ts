import { type Entry, type EntryValue, typeName } from '../entry.ts';
import { OperatorError } from '../operator-error.ts';
import { compile, type Evaluate } from './compile.ts';
import { parseExpression } from './parser.ts';

/** A compiled expression. */
export class Program {
  readonly text: string;
  readonly #evaluate: Evaluate;

  /** Throws `ExpressionError`. */
  constructor(text: string) {
    this.text = text;
    this.#evaluate = compile(parseExpression(text));
  }

  /** Throws `OperatorError`. */
  value(entry: Entry): EntryValue {
    return this.#evaluate(entry);
  }

  /** Throws `OperatorError`, also for what is neither true nor false. */
  test(entry: Entry): boolean {
    const value = this.#evaluate(entry);
    if (typeof value === 'boolean') return value;
    throw new OperatorError(`expected bool, but got ${typeName(value)}`);
  }
}

const EMBEDDED = /EXPR\(/;

/**
 * A text with `EXPR(...)` in it: the expression's value where it is all there is, else the text with
 * the values in their places. Undefined for a text without.
 *
 * Throws `ExpressionError`.
 */
export function compileExprString(text: string): ((entry: Entry) => EntryValue) | undefined {
  if (!EMBEDDED.test(text)) return undefined;
  const parts = splitExpr(text);
  const [only] = parts;
  if (parts.length === 1 && only instanceof Program) return (entry) => only.value(entry);
  return (entry) =>
    parts
      .map((part) => {
        if (typeof part === 'string') return part;
        const value = part.value(entry);
        if (typeof value === 'string') return value;
        throw new OperatorError(`expression did not return a string, but ${typeName(value)}`);
      })
      .join('');
}

function splitExpr(text: string): readonly (string | Program)[] {
  const parts: (string | Program)[] = [];
  let rest = text;
  for (let at = rest.indexOf('EXPR('); at >= 0; at = rest.indexOf('EXPR(')) {
    const close = closingParenthesis(rest, at + 5);
    if (close < 0) break;
    if (at > 0) parts.push(rest.slice(0, at));
    parts.push(new Program(rest.slice(at + 5, close).trim()));
    rest = rest.slice(close + 1);
  }
  if (rest !== '') parts.push(rest);
  return parts;
}

/** The parenthesis that closes the one before `from`; those in quotes do not count. */
function closingParenthesis(text: string, from: number): number {
  let depth = 1;
  let quote = '';
  for (let i = from; i < text.length; i++) {
    const char = text[i] ?? '';
    if (quote !== '') {
      if (char === '\\' && quote !== '`') i++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'" || char === '`') {
      quote = char;
    } else if (char === '(') {
      depth++;
    } else if (char === ')') {
      depth--;
      if (depth === 0) return i;
    }
  }
  return -1;
}
