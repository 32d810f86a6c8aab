import type { Value } from '@sonde/ottl';
import type { AnyValue } from '@sonde/proto';
import type { RawValue } from './counted-metric.ts';

/** A value as OTLP has it. */
export function anyValue(value: Value): AnyValue {
  if (value === null) return {};
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'bigint':
      return { intValue: value };
    case 'number':
      return { doubleValue: value };
    default:
  }
  if (value instanceof Uint8Array) return { bytesValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (!(value instanceof Map)) return {};
  const values = [...value].map(([key, inner]) => ({ key, value: anyValue(inner) }));
  return { kvlistValue: { values } };
}

/** A value of configuration: whole numbers are integers. */
export function configuredValue(raw: RawValue): Value {
  if (raw === null || typeof raw === 'string' || typeof raw === 'boolean') return raw;
  if (typeof raw === 'number') return Number.isSafeInteger(raw) ? BigInt(raw) : raw;
  if (isList(raw)) return raw.map(configuredValue);
  return new Map(Object.entries(raw).map(([key, inner]) => [key, configuredValue(inner)]));
}

function isList(raw: RawValue): raw is readonly RawValue[] {
  return Array.isArray(raw);
}

/** Equal for values that are equal, and of one type. */
export function valueKey(value: Value): string {
  if (typeof value === 'string') return `s${value.length}:${value}`;
  if (value === null || typeof value !== 'object') return `${(typeof value)[0]}:${value};`;
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')};`;
  if (Array.isArray(value)) return `[${value.map(valueKey).join('')}]`;
  if (!(value instanceof Map)) return '-';
  const entries = [...value].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => valueKey(key) + valueKey(inner)).join('')}}`;
}
