import {
  type AttributeValue,
  EncodedValue,
  encodeNestedValue,
  NESTED_VALUES_MAX,
  type NestedValue,
  readNestedValue,
} from '@sonde/proto';
import { EvaluationError } from '../errors.ts';
import type { Value } from '../value/value.ts';

/** A value as columns hold it, for expressions. */
export function fromColumns(value: AttributeValue): Value {
  if (!(value instanceof EncodedValue)) return value;
  return readNestedValue(value);
}

/**
 * A value of an expression, for columns. What OTLP has no value for (times, durations, ids) is an
 * empty one, as upstream. Throws `EvaluationError` for what is nested too deeply.
 */
export function toColumns(value: Value): AttributeValue {
  if (value === null || typeof value !== 'object') return value;
  const nested = toNested(value, 0);
  if (nested === null || typeof nested !== 'object') return nested;
  return encodeNestedValue(nested);
}

function toNested(value: Value, depth: number): NestedValue {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (depth >= NESTED_VALUES_MAX) {
    throw new EvaluationError(`value is nested deeper than ${NESTED_VALUES_MAX}`);
  }
  if (Array.isArray(value)) return value.map((item) => toNested(item, depth + 1));
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [key, toNested(item, depth + 1)]));
  }
  return null;
}
