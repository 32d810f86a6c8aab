import { DurationValue, IdValue, TimeValue, type Value, type ValueMap } from './value.ts';

export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/**
 * OTTL's comparison: values of types that have no order with each other are unequal and neither
 * less nor greater; that is an answer, not an error.
 */
export function compare(a: Value, b: Value, operator: CompareOperator): boolean {
  if (operator === '==') return isEqual(a, b);
  if (operator === '!=') return !isEqual(a, b);
  if (a === null && b === null) return operator === '<=' || operator === '>=';
  const order = orderOf(a, b);
  if (order === undefined) return false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

export function isEqual(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a === 'bigint') return typeof b === 'number' && Number(a) === b;
  if (typeof a === 'number') return typeof b === 'bigint' && Number(b) === a;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof TimeValue) return b instanceof TimeValue && a.unixNano === b.unixNano;
  if (a instanceof DurationValue) return b instanceof DurationValue && a.nanos === b.nanos;
  if (a instanceof IdValue) {
    return b instanceof IdValue && a.kind === b.kind && Buffer.compare(a.bytes, b.bytes) === 0;
  }
  if (Array.isArray(a)) return Array.isArray(b) && areListsEqual(a, b);
  return a instanceof Map && b instanceof Map && areMapsEqual(a, b);
}

/** Members are compared with their types: 1 in a list is not 1.0. */
function isSame(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined || typeof a !== typeof b) return false;
  return isEqual(a, b);
}

function areListsEqual(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
}

function areMapsEqual(a: ValueMap, b: ValueMap): boolean {
  if (a.size !== b.size) return false;
  for (const [key, item] of a) if (!isSame(item, b.get(key))) return false;
  return true;
}

/** Negative, 0 or positive; undefined for what has no order, NaN for NaN. */
function orderOf(a: Value, b: Value): number | undefined {
  switch (typeof a) {
    case 'bigint':
      if (typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
      return typeof b === 'number' ? numberOrder(Number(a), b) : undefined;
    case 'number':
      if (typeof b === 'bigint') return numberOrder(a, Number(b));
      return typeof b === 'number' ? numberOrder(a, b) : undefined;
    case 'string':
      return typeof b === 'string' ? textOrder(a, b) : undefined;
    case 'boolean':
      return typeof b === 'boolean' ? Number(a) - Number(b) : undefined;
    default:
  }
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? Buffer.compare(a, b) : undefined;
  if (a instanceof TimeValue && b instanceof TimeValue) {
    return bigintOrder(a.unixNano, b.unixNano);
  }
  if (a instanceof DurationValue && b instanceof DurationValue)
    return bigintOrder(a.nanos, b.nanos);
  return undefined;
}

function numberOrder(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
}

function bigintOrder(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By bytes of UTF-8, as Go does: UTF-16 differs where a surrogate meets U+E000 and above. */
function textOrder(a: string, b: string): number {
  if (a === b) return 0;
  return hasSurrogate(a) || hasSurrogate(b)
    ? Buffer.compare(Buffer.from(a), Buffer.from(b))
    : a < b
      ? -1
      : 1;
}

function hasSurrogate(text: string): boolean {
  return /[\ud800-\udfff]/.test(text);
}
