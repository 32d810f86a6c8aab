import { readVarint } from './scalars.ts';
import { splitArguments } from './type-arguments.ts';

/** Steps over the values of `rows` rows that begin at `at`; returns where they end. */
type Skip = (bytes: Uint8Array, at: number, rows: number) => number;

/** How the bytes of a type lie: what stands once before all values, and the values. */
interface Layout {
  readonly prefixBytes: number;
  readonly skip: Skip;
}

const WIDTHS: ReadonlyMap<string, number> = new Map([
  ...['Int8', 'UInt8', 'Bool', 'Enum8', 'Nothing'].map((name) => [name, 1] as const),
  ...['Int16', 'UInt16', 'Enum16', 'Date', 'BFloat16'].map((name) => [name, 2] as const),
  ...['Int32', 'UInt32', 'Float32', 'Date32', 'DateTime', 'IPv4', 'Time', 'Decimal32'].map(
    (name) => [name, 4] as const,
  ),
  ...['Int64', 'UInt64', 'Float64', 'DateTime64', 'Time64', 'Decimal64'].map(
    (name) => [name, 8] as const,
  ),
  ...['Int128', 'UInt128', 'UUID', 'IPv6', 'Decimal128'].map((name) => [name, 16] as const),
  ...['Int256', 'UInt256', 'Decimal256'].map((name) => [name, 32] as const),
]);

/** Names for types that are made of others. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['Point', 'Tuple(Float64, Float64)'],
  ['Ring', 'Array(Point)'],
  ['LineString', 'Array(Point)'],
  ['MultiLineString', 'Array(LineString)'],
  ['Polygon', 'Array(Ring)'],
  ['MultiPolygon', 'Array(Polygon)'],
]);

/** Nesting of a type's text. */
const DEPTH_MAX = 64;
const DECIMAL_WIDTHS = [
  [9, 4],
  [18, 8],
  [38, 16],
] as const;

/**
 * Where a column of a Native block ends that begins at `at` (protocol revision 0). Throws
 * `RangeError` for a type whose bytes only the engine knows (states of aggregate functions, JSON,
 * Dynamic, Variant) and for a column that is cut off.
 */
export function skipColumn(bytes: Uint8Array, at: number, type: string, rows: number): number {
  if (rows === 0) return at;
  const { prefixBytes, skip } = layoutOf(type, 0);
  const end = skip(bytes, at + prefixBytes, rows);
  if (end > bytes.length) throw new RangeError(`a column of ${type} is cut off`);
  return end;
}

function layoutOf(text: string, depth: number): Layout {
  const [, name = '', rest = ''] = /^(\w+)(?:\((.*)\))?$/s.exec(text.trim()) ?? [];
  const alias = ALIASES.get(name);
  if (alias !== undefined) return layoutOf(alias, depth);
  const width = name.startsWith('Interval') ? 8 : WIDTHS.get(name);
  if (width !== undefined) return fixed(width);
  if (name === 'FixedString') return fixed(Number(rest));
  if (name === 'Decimal') return fixed(decimalWidth(Number(splitArguments(rest)[0])));
  if (name === 'String') return { prefixBytes: 0, skip: skipStrings };
  const make = NESTED.get(name);
  if (make === undefined || depth === DEPTH_MAX) throw new RangeError(`type ${text}`);
  const inner = rest === '' ? [] : splitArguments(rest).map((part) => part.trim());
  return make(inner, (part) => layoutOf(part, depth + 1));
}

function fixed(width: number): Layout {
  return { prefixBytes: 0, skip: (_bytes, at, rows) => at + rows * width };
}

function decimalWidth(precision: number): number {
  return DECIMAL_WIDTHS.find(([digits]) => precision <= digits)?.[1] ?? 32;
}

const skipStrings: Skip = (bytes, start, rows) => {
  let at = start;
  for (let row = 0; row < rows; row++) {
    const { value, next } = readVarint(bytes, at);
    at = next + value;
  }
  return at;
};

type Make = (inner: readonly string[], of: (part: string) => Layout) => Layout;

const NESTED: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['Nullable', ([inner = ''], of) => nullable(of(inner))],
  ['Array', ([inner = ''], of) => array(of(inner))],
  ['Map', (inner, of) => array(tuple(inner.map(of)))],
  ['Tuple', (inner, of) => tuple(inner.map((part) => of(withoutName(part))))],
  ['Nested', (inner, of) => array(tuple(inner.map((part) => of(withoutName(part)))))],
  ['LowCardinality', ([inner = ''], of) => lowCardinality(of(withoutNull(inner)))],
  ['SimpleAggregateFunction', (inner, of) => of(inner.slice(1).join(', '))],
]);

/** A byte a row that says which are NULL, then a value for every row. */
function nullable({ prefixBytes, skip }: Layout): Layout {
  return { prefixBytes, skip: (bytes, at, rows) => skip(bytes, at + rows, rows) };
}

/** Ends of the rows in 64 bits, then the values of all. */
function array({ prefixBytes, skip }: Layout): Layout {
  return {
    prefixBytes,
    skip: (bytes, at, rows) => {
      const values = at + rows * 8;
      return skip(bytes, values, rows === 0 ? 0 : readUint64(bytes, values - 8));
    },
  };
}

function tuple(members: readonly Layout[]): Layout {
  return {
    prefixBytes: members.reduce((sum, { prefixBytes }) => sum + prefixBytes, 0),
    // An empty tuple has a byte a row all the same.
    skip: (bytes, start, rows) =>
      members.length === 0
        ? start + rows
        : members.reduce((at, { skip }) => skip(bytes, at, rows), start),
  };
}

const LOW_CARDINALITY_PREFIX_BYTES = 8;

/** Kind of the indexes in 64 bits, the dictionary with its size, the indexes with their count. */
function lowCardinality(keys: Layout): Layout {
  return {
    prefixBytes: LOW_CARDINALITY_PREFIX_BYTES + keys.prefixBytes,
    skip: (bytes, at, rows) => {
      if (rows === 0) return at;
      const indexBytes = 1 << ((readUint64(bytes, at) % 256) & 3);
      const keysEnd = keys.skip(bytes, at + 16, readUint64(bytes, at + 8));
      return keysEnd + 8 + readUint64(bytes, keysEnd) * indexBytes;
    },
  };
}

function readUint64(bytes: Uint8Array, at: number): number {
  if (at + 8 > bytes.length) throw new RangeError('a column is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
  return view.getUint32(0, true) + view.getUint32(4, true) * 0x1_0000_0000;
}

/** Members of a tuple may have a name: `a UInt8`, "`b c` String". */
function withoutName(part: string): string {
  return part.replace(/^(?:`(?:[^`\\]|\\.)*`|\w+)\s+(?=\S)/s, '');
}

/** NULL is a key of the dictionary, not a byte a row. */
function withoutNull(type: string): string {
  return /^Nullable\((.*)\)$/s.exec(type)?.[1] ?? type;
}
