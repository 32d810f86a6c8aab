import { type EntryValue, typeName } from '../entry.ts';
import { OperatorError } from '../operator-error.ts';
import { isNumeric, mismatch } from './operations.ts';

const RANGE_MAX = 10_000;

/** `a[from:to]` of a list or text; bounds below 0 count from the end. */
export function sliceOf(
  value: EntryValue,
  from: EntryValue | undefined,
  to: EntryValue | undefined,
): EntryValue {
  const bounds = [from, to].map((bound) => {
    if (bound === undefined) return undefined;
    if (!isNumeric(bound)) throw new OperatorError(`cannot slice with ${typeName(bound)}`);
    return Number(bound);
  });
  if (typeof value === 'string' || Array.isArray(value)) return value.slice(bounds[0], bounds[1]);
  throw new OperatorError(`cannot slice ${typeName(value)}`);
}

/** `1..3`, both ends included. */
export function rangeOf(from: EntryValue, to: EntryValue): EntryValue {
  if (typeof from !== 'bigint' || typeof to !== 'bigint') return mismatch('..', from, to);
  const size = Number(to - from) + 1;
  if (size > RANGE_MAX) throw new OperatorError(`memory budget exceeded: a range of ${size}`);
  return Array.from({ length: Math.max(0, size) }, (_, i) => from + BigInt(i));
}
