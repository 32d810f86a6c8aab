import type { FunctionDefinition } from '../compile/function-definition.ts';
import { DurationValue, IdValue, RowsValue, type Value } from '../value/value.ts';
import { ofValue } from './define.ts';

/** `IsEmpty`: nil, nothing in it, or the zero of its type. */
function isEmpty(value: Value): boolean {
  if (value === null || value === '' || value === 0 || value === 0n || value === false) return true;
  if (Array.isArray(value) || value instanceof Uint8Array || value instanceof RowsValue) {
    return value.length === 0;
  }
  if (value instanceof Map) return value.size === 0;
  if (value instanceof DurationValue) return value.nanos === 0n;
  return value instanceof IdValue && value.bytes.every((byte) => byte === 0);
}

export const TYPE_TESTS: readonly FunctionDefinition[] = [
  ofValue('IsString', (value) => typeof value === 'string'),
  ofValue('IsBool', (value) => typeof value === 'boolean'),
  ofValue('IsInt', (value) => typeof value === 'bigint'),
  ofValue('IsDouble', (value) => typeof value === 'number'),
  ofValue('IsMap', (value) => value instanceof Map),
  ofValue('IsList', (value) => Array.isArray(value) || value instanceof RowsValue),
  ofValue('IsEmpty', isEmpty),
];
