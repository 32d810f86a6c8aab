import { splitArguments } from './type-arguments.ts';

type ReadNumber = (view: DataView, at: number) => number | bigint;

/** A type of ClickHouse, as much of it as reading values takes. */
export type NativeType = { readonly inner: readonly NativeType[] } & (
  | { readonly kind: 'number'; readonly widthBytes: number; readonly read: ReadNumber }
  | { readonly kind: 'string' | 'lowCardinality' | 'array' | 'map' | 'tuple' }
  | { readonly kind: 'fixedString'; readonly widthBytes: number }
);

const NUMBERS: ReadonlyMap<string, readonly [number, ReadNumber]> = new Map([
  ['UInt8', [1, (view: DataView, at: number) => view.getUint8(at)]],
  ['Enum8', [1, (view: DataView, at: number) => view.getInt8(at)]],
  ['Bool', [1, (view: DataView, at: number) => view.getUint8(at)]],
  ['UInt16', [2, (view: DataView, at: number) => view.getUint16(at, true)]],
  ['Date', [2, (view: DataView, at: number) => view.getUint16(at, true)]],
  ['UInt32', [4, (view: DataView, at: number) => view.getUint32(at, true)]],
  ['DateTime', [4, (view: DataView, at: number) => view.getUint32(at, true)]],
  ['Int32', [4, (view: DataView, at: number) => view.getInt32(at, true)]],
  ['UInt64', [8, (view: DataView, at: number) => view.getBigUint64(at, true)]],
  ['Int64', [8, (view: DataView, at: number) => view.getBigInt64(at, true)]],
  ['DateTime64', [8, (view: DataView, at: number) => view.getBigInt64(at, true)]],
  ['Float64', [8, (view: DataView, at: number) => view.getFloat64(at, true)]],
]);

/** Nesting of a type's text. */
const DEPTH_MAX = 16;

/** Throws `RangeError` for a type that is not known here. */
export function parseType(text: string, depth = 0): NativeType {
  const [, name = '', rest = ''] = /^([A-Za-z0-9]+)(?:\((.*)\))?$/s.exec(text.trim()) ?? [];
  const number = NUMBERS.get(name);
  if (number !== undefined) {
    return { kind: 'number', widthBytes: number[0], read: number[1], inner: [] };
  }
  if (name === 'String') return { kind: 'string', inner: [] };
  if (name === 'FixedString') return { kind: 'fixedString', widthBytes: Number(rest), inner: [] };
  const kind = NESTED.get(name);
  if (kind === undefined || depth > DEPTH_MAX) throw new RangeError(`unknown type ${text}`);
  const parts = splitArguments(
    name === 'SimpleAggregateFunction' ? rest.replace(/^\w+,/, '') : rest,
  );
  const inner = parts.map((part) => parseType(part, depth + 1));
  return kind === 'inner' ? inner[0] : { kind, inner };
}

type NestedKind = 'lowCardinality' | 'array' | 'map' | 'tuple' | 'inner';

const NESTED: ReadonlyMap<string, NestedKind> = new Map<string, NestedKind>([
  ['LowCardinality', 'lowCardinality'],
  ['Array', 'array'],
  ['Map', 'map'],
  ['Tuple', 'tuple'],
  ['SimpleAggregateFunction', 'inner'],
]);
