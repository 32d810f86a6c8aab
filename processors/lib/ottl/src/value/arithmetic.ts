import { EvaluationError } from '../errors.ts';
import { DurationValue, goType, TimeValue, type Value } from './value.ts';
import { valueText } from './value-text.ts';

export type MathOperator = '+' | '-' | '*' | '/';

const TIME_OPERATORS = 'only addition and subtraction supported for time.Time and time.Duration';

/**
 * Go's arithmetic: int64 wraps around and divides towards zero, an int64 meets a float64 as a float64.
 * Throws `EvaluationError` for other types and for a division by zero.
 */
export function calculate(x: Value, y: Value, operator: MathOperator): Value {
  if (typeof x === 'bigint') {
    if (typeof y === 'bigint') return integers(x, y, operator);
    if (typeof y === 'number') return floats(Number(x), y, operator);
  } else if (typeof x === 'number') {
    if (typeof y === 'number') return floats(x, y, operator);
    if (typeof y === 'bigint') return floats(x, Number(y), operator);
  } else if (x instanceof TimeValue) {
    return ofTime(x, y, operator);
  } else if (x instanceof DurationValue) {
    return ofDuration(x, y, operator);
  } else {
    throw new EvaluationError(`${valueText(x)} must be int64, float64, time.Time or time.Duration`);
  }
  throw new EvaluationError(`${valueText(y)} must be int64 or float64`);
}

export function negate(value: Value): Value {
  if (typeof value === 'bigint') return BigInt.asIntN(64, -value);
  if (typeof value === 'number') return -value;
  throw new EvaluationError(`unsupported unary minus operation on type ${goType(value)}`);
}

function integers(x: bigint, y: bigint, operator: MathOperator): bigint {
  switch (operator) {
    case '+':
      return BigInt.asIntN(64, x + y);
    case '-':
      return BigInt.asIntN(64, x - y);
    case '*':
      return BigInt.asIntN(64, x * y);
    default:
      if (y === 0n) throw new EvaluationError('attempted to divide by 0');
      return BigInt.asIntN(64, x / y);
  }
}

function floats(x: number, y: number, operator: MathOperator): number {
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    default:
      if (y === 0) throw new EvaluationError('attempted to divide by 0');
      return x / y;
  }
}

function ofTime(x: TimeValue, y: Value, operator: MathOperator): Value {
  if (operator === '+') {
    if (y instanceof DurationValue) return new TimeValue(x.unixNano + y.nanos, x.zone);
    throw new EvaluationError(
      `time.Time must be added to time.Duration; found ${valueText(y)} instead`,
    );
  }
  if (operator !== '-') throw new EvaluationError(TIME_OPERATORS);
  if (y instanceof TimeValue) return new DurationValue(saturated(x.unixNano - y.unixNano));
  if (y instanceof DurationValue) return new TimeValue(x.unixNano - y.nanos, x.zone);
  throw new EvaluationError(
    `time.Time or time.Duration must be subtracted from time.Time; found ${valueText(y)} instead`,
  );
}

function ofDuration(x: DurationValue, y: Value, operator: MathOperator): Value {
  if (operator === '+') {
    if (y instanceof DurationValue) return new DurationValue(x.nanos + y.nanos);
    if (y instanceof TimeValue) return new TimeValue(y.unixNano + x.nanos, y.zone);
    throw new EvaluationError(
      `time.Duration must be added to time.Duration or time.Time; found ${valueText(y)} instead`,
    );
  }
  if (operator !== '-') throw new EvaluationError(TIME_OPERATORS);
  if (y instanceof DurationValue) return new DurationValue(x.nanos - y.nanos);
  throw new EvaluationError(
    `time.Duration must be subtracted from time.Duration; found ${valueText(y)} instead`,
  );
}

const INT64_MAX = (1n << 63n) - 1n;

/** Go's `Time.Sub` stops at the longest duration. */
function saturated(nanos: bigint): bigint {
  if (nanos > INT64_MAX) return INT64_MAX;
  return nanos < -INT64_MAX - 1n ? -INT64_MAX - 1n : nanos;
}
