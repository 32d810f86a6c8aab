import { GoRegexp, GoRegexpError } from '@sonde/go-regexp';
import { type EntryValue, isMap, typeName } from '../entry.ts';
import { RUNTIME_PATTERNS_MAX } from '../limits.ts';
import { OperatorError } from '../operator-error.ts';

export function isNumeric(value: EntryValue): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}

/** Go's and expr's equality: numbers by value, lists and maps by their members. */
export function isEqual(a: EntryValue, b: EntryValue): boolean {
  // Neither less nor more: an int64 and a double are compared by value.
  if (isNumeric(a) && isNumeric(b)) return a === b || (a <= b && a >= b);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, i) => isEqual(element, b[i] ?? null));
  }
  if (isMap(a) && isMap(b)) {
    return a.size === b.size && [...a].every(([k, v]) => b.has(k) && isEqual(v, b.get(k) ?? null));
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}

/** Below 0, 0 or above it. Throws `OperatorError` for values that have no order. */
export function compare(operator: string, a: EntryValue, b: EntryValue): number {
  if (isNumeric(a) && isNumeric(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return mismatch(operator, a, b);
}

export function mismatch(operator: string, a: EntryValue, b: EntryValue): never {
  throw new OperatorError(`invalid operation: ${typeName(a)} ${operator} ${typeName(b)}`);
}

export function arithmetic(operator: string, a: EntryValue, b: EntryValue): EntryValue {
  if (operator === '+' && typeof a === 'string' && typeof b === 'string') return a + b;
  if (!isNumeric(a) || !isNumeric(b)) return mismatch(operator, a, b);
  if (typeof a === 'bigint' && typeof b === 'bigint') return integers(operator, a, b);
  return doubles(operator, Number(a), Number(b));
}

function integers(operator: string, a: bigint, b: bigint): EntryValue {
  switch (operator) {
    case '+':
      return BigInt.asIntN(64, a + b);
    case '-':
      return BigInt.asIntN(64, a - b);
    case '*':
      return BigInt.asIntN(64, a * b);
    case '%':
      if (b === 0n) throw new OperatorError('integer divide by zero');
      return a % b;
    default:
      // A quotient and a power are doubles in expr.
      return doubles(operator, Number(a), Number(b));
  }
}

function doubles(operator: string, a: number, b: number): EntryValue {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return mismatch(operator, a, b);
    default:
      return a ** b;
  }
}

/** Whether `collection` has `value`: an element of a list, a key of a map. */
export function includes(value: EntryValue, collection: EntryValue): boolean {
  if (collection === null) return false;
  if (Array.isArray(collection)) return collection.some((element) => isEqual(element, value));
  if (isMap(collection)) return typeof value === 'string' && collection.has(value);
  throw new OperatorError(`operator "in" not defined on ${typeName(collection)}`);
}

/** Throws `OperatorError` where there can be no member. */
export function member(object: EntryValue, key: EntryValue): EntryValue {
  if (isMap(object)) return typeof key === 'string' ? (object.get(key) ?? null) : null;
  if (Array.isArray(object) && isNumeric(key)) {
    const index = Number(key);
    const element = object[index < 0 ? object.length + index : index];
    if (element !== undefined) return element;
    throw new OperatorError(`index out of range: ${key} (array length is ${object.length})`);
  }
  throw new OperatorError(`cannot fetch ${String(key)} from ${typeName(object)}`);
}

const patterns = new Map<string, GoRegexp>();

/** A pattern that is known only at run time; some are kept compiled. */
export function matchesPattern(text: string, pattern: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = compileAtRunTime(pattern);
    if (patterns.size >= RUNTIME_PATTERNS_MAX) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled.test(text);
}

function compileAtRunTime(pattern: string): GoRegexp {
  try {
    return new GoRegexp(pattern);
  } catch (error) {
    if (error instanceof GoRegexpError) throw new OperatorError(error.message);
    throw error;
  }
}
