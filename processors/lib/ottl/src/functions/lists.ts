import type { FunctionDefinition } from '../compile/function-definition.ts';
import { asList } from '../compile/typed-getters.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import { isEqual } from '../value/compare.ts';
import { copyValue, goType, RowsValue, type Value } from '../value/value.ts';
import { converter, ofValue } from './define.ts';

const LEN_TYPES =
  'target arg must be of type string, []any, map[string]any, pcommon.Map, pcommon.Slice, ' +
  'pcommon.Value (of type String, Map, Slice) or a supported slice type from the plog, pmetric or ptrace packages';

/** Texts count in bytes of UTF-8. */
function lengthOf(value: Value): bigint {
  if (typeof value === 'string') return BigInt(Buffer.byteLength(value));
  if (Array.isArray(value) || value instanceof Uint8Array || value instanceof RowsValue) {
    return BigInt(value.length);
  }
  if (value instanceof Map) return BigInt(value.size);
  const type = value === null ? '<nil>' : goType(value);
  throw new EvaluationError(`Len: unsupported target type ${type}. ${LEN_TYPES}`);
}

const index = converter('Index', ['target', 'value'], (args) => {
  const target = args.value('target');
  const value = args.value('value');
  return (cursor) => {
    const within = target(cursor);
    const wanted = value(cursor);
    if (typeof within !== 'string') {
      return BigInt(asList(within).findIndex((item) => isEqual(item, wanted)));
    }
    if (typeof wanted !== 'string') {
      throw new EvaluationError('invalid value type for Index function, value must be a string');
    }
    const at = within.indexOf(wanted);
    return BigInt(at < 0 ? at : Buffer.byteLength(within.slice(0, at)));
  };
});

const containsValue = converter('ContainsValue', ['target', 'item'], (args) => {
  const target = args.list('target');
  const item = args.value('item');
  return (cursor) => {
    const list = target(cursor);
    const wanted = item(cursor);
    return list.some((one) => isEqual(one, wanted));
  };
});

const coalesce = converter('Coalesce', ['values'], (args) => {
  const values = args.values('values');
  if (values.length === 0) throw new CompileError('Coalesce requires at least one argument');
  return (cursor) => {
    for (const value of values) {
      const found = value(cursor);
      if (found !== null) return found;
    }
    return null;
  };
});

const keys = converter('Keys', ['target'], (args) => {
  const target = args.map('target');
  return (cursor) => [...target(cursor).keys()];
});

const values = converter('Values', ['target'], (args) => {
  const target = args.map('target');
  return (cursor) => [...target(cursor).values()].map(copyValue);
});

export const LISTS: readonly FunctionDefinition[] = [
  ofValue('Len', lengthOf),
  index,
  containsValue,
  coalesce,
  keys,
  values,
];
