import {
  type AnyValue,
  type AttributeValue,
  EncodedValue,
  type NestedValue,
  readNestedValue,
} from '@sonde/proto';

/** A value of columns as OTLP has it. */
export function anyValue(value: AttributeValue): AnyValue {
  return ofNested(value instanceof EncodedValue ? readNestedValue(value) : value);
}

function ofNested(value: NestedValue): AnyValue {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: value };
  if (typeof value === 'number') return { doubleValue: value };
  if (value instanceof Uint8Array) return { bytesValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(ofNested) } };
  const values = [...value].map(([key, inner]) => ({ key, value: ofNested(inner) }));
  return { kvlistValue: { values } };
}
