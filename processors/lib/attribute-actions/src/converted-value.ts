import {
  type AttributeValue,
  EncodedValue,
  encodeNestedValue,
  type NestedValue,
  readNestedValue,
  valueText,
} from '@sonde/proto';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** Converts to `string`, `int` or `double`; undefined where the value is left as it is. */
export function convertedValue(
  type: string,
): (value: AttributeValue) => AttributeValue | undefined {
  if (type === 'string') return toText;
  return type === 'int' ? toInteger : toDouble;
}

function toText(value: AttributeValue): AttributeValue | undefined {
  if (typeof value === 'string') return undefined;
  return valueText(value instanceof EncodedValue ? withSortedKeys(value) : value);
}

/** Go writes the keys of a map in order. */
function withSortedKeys(value: EncodedValue): AttributeValue {
  const tree = sorted(readNestedValue(value));
  return tree instanceof Map || Array.isArray(tree) ? encodeNestedValue(tree) : value;
}

function sorted(value: NestedValue): NestedValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!(value instanceof Map)) return value;
  const entries = [...value].map(([key, inner]): [string, NestedValue] => [key, sorted(inner)]);
  return new Map(entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}

function toInteger(value: AttributeValue): AttributeValue | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') {
    // Go's conversion of what no integer is: the smallest one.
    return Number.isFinite(value) && Math.abs(value) < 2 ** 63
      ? BigInt(Math.trunc(value))
      : INT64_MIN;
  }
  if (typeof value !== 'string' || !/^[+-]?[0-9]+$/.test(value)) return undefined;
  const parsed = BigInt(value.replace(/^\+/, ''));
  return parsed > INT64_MAX || parsed < INT64_MIN ? undefined : parsed;
}

/** What Go's `ParseFloat` takes, but hexadecimals and underscores. */
const DOUBLE = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i;
const NAMED: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
]);

function toDouble(value: AttributeValue): AttributeValue | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return undefined;
  const named = NAMED.get(value.toLowerCase().replace(/^\+/, ''));
  if (named !== undefined) return named;
  if (!DOUBLE.test(value)) return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}
