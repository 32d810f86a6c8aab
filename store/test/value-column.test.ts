import { ByteRun } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { type CellValue, readNativeBlocks, writeValueColumn } from '../src/index.ts';
import { writeText, writeVarint } from '../src/native-format/scalars.ts';

/** A block of one column, read back: strings as text. */
function roundTrip(type: string, values: readonly CellValue[]): unknown {
  const out = new ByteRun(64);
  writeVarint(out, 1);
  writeVarint(out, values.length);
  writeText(out, 'c');
  writeText(out, type);
  writeValueColumn(out, type, values);
  const [block] = readNativeBlocks(out.used());
  return plain(block?.columns[0]?.values);
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return Array.isArray(value) ? value.map(plain) : value;
}

describe('columns of plain values', () => {
  it.each<readonly [string, readonly CellValue[]]>([
    ['UInt8', [0, 255]],
    ["Enum8('a' = 1)", [1]],
    ['UInt16', [65_535]],
    ['DateTime', [1, 4_294_967_295]],
    ['Int32', [-1, 7]],
    ['UInt64', [2n ** 64n - 1n]],
    ['Int64', [-(2n ** 63n)]],
    ["DateTime64(9, 'UTC')", [-5n, 5n]],
    ['Float64', [0.5, Number.POSITIVE_INFINITY]],
    ['String', ['', 'grün', 'x'.repeat(300)]],
    ['LowCardinality(String)', ['a', '', 'a', 'b']],
    ['SimpleAggregateFunction(any, LowCardinality(String))', ['v']],
    ['Array(UInt64)', [[], [1n, 2n], [3n]]],
    ['Array(LowCardinality(String))', [['a', 'b'], [], ['b']]],
    [
      'Map(LowCardinality(String), String)',
      [
        [
          ['k', 'v'],
          ['k', 'w'],
        ],
        [],
      ],
    ],
    ['Array(Map(LowCardinality(String), String))', [[[['k', 'v']], []], []]],
  ])('of %s are what was written', (type, values) => {
    expect(roundTrip(type, values)).toEqual(values);
  });

  it('take bytes as strings, and no others than fit as fixed ones', () => {
    expect(roundTrip('String', [Buffer.from('raw')])).toEqual(['raw']);
    expect(roundTrip('FixedString(3)', [Buffer.from('abc')])).toEqual(['abc']);
    expect(() => roundTrip('FixedString(3)', [Buffer.from('ab')])).toThrow(RangeError);
  });

  it.each<readonly [string, CellValue]>([
    ['UInt8', 'text'],
    ['Int64', 7],
    ['String', 7],
    ['LowCardinality(String)', 7n],
    ['Array(String)', 'text'],
    ['Decimal(9, 2)', 7],
  ])('of %s refuse a value of another type', (type, value) => {
    expect(() => roundTrip(type, [value])).toThrow(RangeError);
  });
});
