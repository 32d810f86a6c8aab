import type { FunctionDefinition } from '../compile/function-definition.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import { byBytes } from '../value/json-text.ts';
import { goType, type Value } from '../value/value.ts';
import { pdataText } from '../value/value-text.ts';
import { converter } from './define.ts';

type Compare = (a: Value, b: Value) => number;

/**
 * By what the members have in common: whole numbers, numbers, else text. Undefined where a member
 * is bytes, a list or a map, and the list stays as it is.
 */
function comparisonOf(list: readonly Value[]): Compare | undefined {
  if (list.every((item) => typeof item === 'bigint')) return byNumber;
  if (list.every((item) => typeof item === 'bigint' || typeof item === 'number')) return byDouble;
  return list.every(isScalar) ? byText : undefined;
}

function isScalar(item: Value): boolean {
  return item === null || typeof item !== 'object';
}

function byNumber(a: Value, b: Value): number {
  if (typeof a !== 'bigint' || typeof b !== 'bigint') return 0;
  return a < b ? -1 : Number(a > b);
}

/** NaN comes before every number, as in Go. */
function byDouble(a: Value, b: Value): number {
  const x = Number(a);
  const y = Number(b);
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(y)) - Number(Number.isNaN(x));
  return x - y;
}

function byText(a: Value, b: Value): number {
  return byBytes(pdataText(a), pdataText(b));
}

function sorted(value: Value, descends: boolean): Value {
  if (!Array.isArray(value)) {
    const type = value === null ? '<nil>' : goType(value);
    throw new EvaluationError(`sort with unsupported type: '${type}'. Target is not a list`);
  }
  const compare = comparisonOf(value);
  if (compare === undefined) return value;
  return [...value].sort(descends ? (a, b) => compare(b, a) : compare);
}

export const sort: FunctionDefinition = converter('Sort', ['target', 'order?'], (args) => {
  const target = args.value('target');
  const order = args.has('order') ? args.literalString('order') : 'asc';
  if (order !== 'asc' && order !== 'desc') {
    throw new CompileError(`invalid arguments: ${order}. Order should be either "asc" or "desc"`);
  }
  return (cursor) => sorted(target(cursor), order === 'desc');
});
