import { GoRegexp, GoRegexpError } from '@sonde/go-regexp';
import { type Entry, type EntryMap, type EntryValue, typeName } from '../entry.ts';
import { OperatorError } from '../operator-error.ts';
import { ExpressionError } from './expression-error.ts';
import { FUNCTIONS } from './functions.ts';
import { arithmetic, compare, includes, isEqual, matchesPattern, member } from './operations.ts';
import { rangeOf, sliceOf } from './sequences.ts';
import type { Syntax } from './syntax.ts';

/** Computes a value of an entry. Throws `OperatorError`. */
export type Evaluate = (entry: Entry) => EntryValue;

const NAMES: ReadonlyMap<string, Evaluate> = new Map<string, Evaluate>([
  ['body', (entry) => entry.body],
  ['$', (entry) => entry.body],
  ['attributes', (entry) => entry.attributes],
  ['resource', (entry) => entry.resource],
  ['severity_text', (entry) => entry.severityText],
  ['severity_number', (entry) => BigInt(entry.severityNumber)],
]);

/** Throws `ExpressionError` for names and functions that are not there. */
export function compile(syntax: Syntax): Evaluate {
  switch (syntax.kind) {
    case 'literal': {
      const { value } = syntax;
      return () => value;
    }
    case 'name':
      return compileName(syntax.name);
    case 'member':
      return compileMember(syntax);
    case 'slice': {
      const object = compile(syntax.object);
      const [from, to] = [syntax.from, syntax.to].map((bound) => bound && compile(bound));
      return (entry) => sliceOf(object(entry), from?.(entry), to?.(entry));
    }
    case 'call':
      return compileCall(syntax.name, syntax.args);
    case 'unary':
      return compileUnary(syntax.operator, compile(syntax.operand));
    case 'binary':
      return compileBinary(syntax);
    case 'conditional': {
      const [test, yes, no] = [compile(syntax.test), compile(syntax.yes), compile(syntax.no)];
      return (entry) => (truth('?', test(entry)) ? yes(entry) : no(entry));
    }
    case 'list': {
      const items = syntax.items.map(compile);
      return (entry) => items.map((item) => item(entry));
    }
    case 'map':
      return compileMap(syntax.members);
  }
}

function compileName(name: string): Evaluate {
  const evaluate = NAMES.get(name);
  if (evaluate !== undefined) return evaluate;
  const known = [...NAMES.keys()].filter((each) => each !== '$').join(', ');
  throw new ExpressionError(`unknown name ${name} (names are ${known})`);
}

function compileMember(syntax: Extract<Syntax, { kind: 'member' }>): Evaluate {
  const object = compile(syntax.object);
  const key = compile(syntax.key);
  if (!syntax.optional) return (entry) => member(object(entry), key(entry));
  return (entry) => {
    const value = object(entry);
    return value === null ? null : member(value, key(entry));
  };
}

function compileCall(name: string, syntaxes: readonly Syntax[]): Evaluate {
  const spec = FUNCTIONS.get(name);
  if (spec === undefined) {
    const known = [...FUNCTIONS.keys()].join(', ');
    throw new ExpressionError(
      `function ${JSON.stringify(name)} is not supported (functions are ${known})`,
    );
  }
  const count = syntaxes.length;
  if (count < spec.argumentsMin || count > spec.argumentsMax) {
    throw new ExpressionError(`invalid number of arguments for ${name} (got ${count})`);
  }
  const args = syntaxes.map(compile);
  return (entry) => spec.call(args.map((arg) => arg(entry)));
}

function compileUnary(operator: string, operand: Evaluate): Evaluate {
  if (operator === 'not') return (entry) => !truth('not', operand(entry));
  if (operator === '+') return operand;
  return (entry) => {
    const value = operand(entry);
    if (typeof value === 'bigint' || typeof value === 'number') return -value;
    throw new OperatorError(`invalid operation: - ${typeName(value)}`);
  };
}

function compileMap(members: readonly (readonly [Syntax, Syntax])[]): Evaluate {
  const compiled = members.map(([key, value]) => [compile(key), compile(value)] as const);
  return (entry) => {
    const map: EntryMap = new Map();
    for (const [key, value] of compiled) map.set(String(key(entry)), value(entry));
    return map;
  };
}

function compileBinary(syntax: Extract<Syntax, { kind: 'binary' }>): Evaluate {
  const { operator } = syntax;
  const left = compile(syntax.left);
  const right = compile(syntax.right);
  switch (operator) {
    case 'and':
    case '&&':
      return (entry) => truth(operator, left(entry)) && truth(operator, right(entry));
    case 'or':
    case '||':
      return (entry) => truth(operator, left(entry)) || truth(operator, right(entry));
    case '??':
      return (entry) => left(entry) ?? right(entry);
    case '==':
      return (entry) => isEqual(left(entry), right(entry));
    case '!=':
      return (entry) => !isEqual(left(entry), right(entry));
    case 'in':
      return (entry) => includes(left(entry), right(entry));
    case '..':
      return (entry) => rangeOf(left(entry), right(entry));
    case 'matches':
      return compileMatches(left, syntax.right);
    default:
      return compileOrder(operator, left, right) ?? compileTexts(operator, left, right);
  }
}

function compileOrder(operator: string, left: Evaluate, right: Evaluate): Evaluate | undefined {
  switch (operator) {
    case '<':
      return (entry) => compare(operator, left(entry), right(entry)) < 0;
    case '<=':
      return (entry) => compare(operator, left(entry), right(entry)) <= 0;
    case '>':
      return (entry) => compare(operator, left(entry), right(entry)) > 0;
    case '>=':
      return (entry) => compare(operator, left(entry), right(entry)) >= 0;
    default:
      return undefined;
  }
}

function compileTexts(operator: string, left: Evaluate, right: Evaluate): Evaluate {
  const ofTexts =
    (test: (whole: string, part: string) => boolean): Evaluate =>
    (entry) =>
      test(textOf(operator, left(entry)), textOf(operator, right(entry)));
  switch (operator) {
    case 'contains':
      return ofTexts((whole, part) => whole.includes(part));
    case 'startsWith':
      return ofTexts((whole, part) => whole.startsWith(part));
    case 'endsWith':
      return ofTexts((whole, part) => whole.endsWith(part));
    default:
      return (entry) => arithmetic(operator, left(entry), right(entry));
  }
}

function compileMatches(left: Evaluate, pattern: Syntax): Evaluate {
  if (pattern.kind !== 'literal' || typeof pattern.value !== 'string') {
    const right = compile(pattern);
    return (entry) =>
      matchesPattern(textOf('matches', left(entry)), textOf('matches', right(entry)));
  }
  const regexp = compilePattern(pattern.value);
  return (entry) => regexp.test(textOf('matches', left(entry)));
}

function compilePattern(pattern: string): GoRegexp {
  try {
    return new GoRegexp(pattern);
  } catch (error) {
    if (error instanceof GoRegexpError) throw new ExpressionError(error.message);
    throw error;
  }
}

function truth(operator: string, value: EntryValue): boolean {
  if (typeof value === 'boolean') return value;
  throw new OperatorError(`invalid operation: ${operator} of ${typeName(value)}`);
}

function textOf(operator: string, value: EntryValue): string {
  if (typeof value === 'string') return value;
  throw new OperatorError(`invalid operation: ${operator} of ${typeName(value)}`);
}
