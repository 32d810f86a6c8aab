import type { AnyValue } from '@sonde/proto';

const INTEGER = /^-?\d+$/;
const DECIMAL = /^-?\d+\.\d+$/;
const INT64_MIN: bigint = -(2n ** 63n);
const INT64_MAX: bigint = 2n ** 63n - 1n;

/**
 * The value of a tag, which Zipkin has as text alone; with `parse` whole numbers, decimal fractions and
 * booleans become such values (upstream's `parse_string_tags`). Numbers beyond 64 bits are the nearest.
 */
export function tagValue(text: string, parse: boolean): AnyValue {
  if (!parse) return { stringValue: text };
  if (INTEGER.test(text)) return { intValue: nearest(BigInt(text.slice(0, 40))) };
  if (DECIMAL.test(text)) return { doubleValue: Number(text) };
  if (text === 'true' || text === 'false') return { boolValue: text === 'true' };
  return { stringValue: text };
}

function nearest(value: bigint): bigint {
  if (value > INT64_MAX) return INT64_MAX;
  return value < INT64_MIN ? INT64_MIN : value;
}
