import { AttributeList, Dictionary, internText } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import {
  BlockWriter,
  type NativeColumn,
  RowRuns,
  readNativeBlocks,
  type TableDefinition,
  TextTable,
  writeConstantColumn,
  writeDictionaryStrings,
  writeFixedArrayColumn,
  writeFixedColumn,
  writeLowCardinalityColumn,
  writeMapColumn,
  writeNestedMapColumn,
  writeReplicatedMap,
  writeReplicatedTypes,
  writeText,
  writeTypesColumn,
} from '../src/index.ts';

function tableOf(columns: Readonly<Record<string, string>>): TableDefinition {
  return {
    name: 't',
    columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
    indexes: [],
    engine: 'MergeTree',
    partitionBy: 'tuple()',
    orderBy: 'tuple()',
    settings: {},
  };
}

/** Writes one column `c` and reads it back. */
function roundTrip(type: string, runs: RowRuns, write: (writer: BlockWriter) => void): unknown {
  const writer = new BlockWriter();
  writer.begin(tableOf({ c: type }), runs);
  writer.column('c');
  write(writer);
  const [block] = readNativeBlocks(writer.finish());
  const [column]: readonly NativeColumn[] = block.columns;
  expect(block.rows).toBe(runs.rows);
  return plain(column.values);
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return Array.isArray(value) ? value.map(plain) : value;
}

function runsOf(...pairs: readonly (readonly [number, number])[]): RowRuns {
  const runs = new RowRuns();
  for (const [start, end] of pairs) runs.add(start, end);
  return runs;
}

/** Two-word offsets. */
function endsOf(...ends: readonly number[]): Uint32Array {
  return Uint32Array.from(ends.flatMap((end) => [end, 0]));
}

function attributesOf(pairs: readonly (readonly [string, string])[]): AttributeList {
  const list = new AttributeList(16, 256);
  pairs.forEach(([key, value], i) => {
    list.keys[i] = internText(list.keyDictionary, key);
    list.types[i] = 1;
    list.valueStart[i] = list.values.length;
    writeText(list.values, value);
    list.count = i + 1;
  });
  return list;
}

describe('columns of some rows', () => {
  it('of fixed width hold those rows', () => {
    const source = Int32Array.of(1, 2, 3, 4, 5);
    const write = (writer: BlockWriter): void =>
      writeFixedColumn(writer.out, { source, widthBytes: 4 }, runsOf([0, 2], [4, 5]));
    expect(roundTrip('Int32', runsOf([0, 2], [4, 5]), write)).toEqual([1, 2, 5]);
  });

  it('refuse rows behind the end of their source', () => {
    const runs = RowRuns.range(0, 3);
    const write = (): unknown =>
      roundTrip('Int32', runs, ({ out }) =>
        writeFixedColumn(out, { source: Int32Array.of(1, 2), widthBytes: 4 }, runs),
      );
    expect(write).toThrow(RangeError);
  });

  it('of a constant repeat it', () => {
    const runs = RowRuns.range(5, 1005);
    const values = roundTrip('UInt16', runs, ({ out }) =>
      writeConstantColumn(out, Uint8Array.of(14, 1), runs),
    );
    expect(values).toEqual(new Array(1000).fill(270));
  });

  it.each([1, 255, 256, 65_535, 65_536, 70_000])('of %i distinct strings keep each', (count) => {
    const dictionary = new Dictionary(16, 256);
    const ids = new Uint32Array(count);
    for (let i = 0; i < count; i++) ids[i] = internText(dictionary, `name ${i}`);
    const runs = RowRuns.range(0, count);
    const values = roundTrip('LowCardinality(String)', runs, ({ out }) =>
      writeLowCardinalityColumn(out, { dictionary, ids }, runs),
    );
    expect(values).toEqual(Array.from({ length: count }, (_, i) => `name ${i}`));
  });

  it('of a small table follow its index', () => {
    const texts = new TextTable();
    const ids = Uint32Array.of(texts.idOf('a'), texts.idOf(''), texts.idOf('b'));
    const via = Uint32Array.of(2, 2, 1, 0);
    const runs = RowRuns.range(0, 4);
    const values = roundTrip('LowCardinality(String)', runs, ({ out }) =>
      writeLowCardinalityColumn(out, { dictionary: texts, ids, via }, runs),
    );
    expect(values).toEqual(['b', 'b', '', 'a']);
  });

  it('of dictionary strings are Strings', () => {
    const dictionary = new Dictionary(16, 256);
    const ids = Uint32Array.of(internText(dictionary, 'x'.repeat(300)), 0);
    const via = Uint32Array.of(1, 0);
    const runs = RowRuns.range(0, 2);
    const values = roundTrip('String', runs, ({ out }) =>
      writeDictionaryStrings(out, { dictionary, ids, via }, runs),
    );
    expect(values).toEqual(['', 'x'.repeat(300)]);
  });

  it('of arrays count from the first entry of the block', () => {
    const source = Float64Array.of(1, 2, 3, 4, 5, 6);
    const ends = endsOf(1, 3, 3, 6);
    const runs = runsOf([1, 2], [3, 4]);
    const values = roundTrip('Array(Float64)', runs, ({ out }) =>
      writeFixedArrayColumn(out, { ends, source, widthBytes: 8 }, runs),
    );
    expect(values).toEqual([
      [2, 3],
      [4, 5, 6],
    ]);
  });
});

describe('attributes', () => {
  const list = attributesOf([
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
    ['a', '4'],
  ]);
  const rows = { list, ends: endsOf(2, 2, 4) };

  it('keep order and duplicates', () => {
    const runs = RowRuns.range(0, 3);
    const map = 'Map(LowCardinality(String), String)';
    expect(roundTrip(map, runs, ({ out }) => writeMapColumn(out, rows, runs))).toEqual([
      [
        ['a', '1'],
        ['b', '2'],
      ],
      [],
      [
        ['a', '3'],
        ['a', '4'],
      ],
    ]);
    const types = roundTrip('Array(UInt8)', runs, ({ out }) => writeTypesColumn(out, rows, runs));
    expect(types).toEqual([[1, 1], [], [1, 1]]);
  });

  it('are those of the chosen rows alone', () => {
    const runs = RowRuns.range(2, 3);
    const map = 'Map(LowCardinality(String), String)';
    expect(roundTrip(map, runs, ({ out }) => writeMapColumn(out, rows, runs))).toEqual([
      [
        ['a', '3'],
        ['a', '4'],
      ],
    ]);
  });

  it('nest', () => {
    const runs = RowRuns.range(1, 2);
    const type = 'Array(Map(LowCardinality(String), String))';
    const values = roundTrip(type, runs, ({ out }) =>
      writeNestedMapColumn(out, { outer: endsOf(1, 3), rows }, runs),
    );
    expect(values).toEqual([
      [
        [],
        [
          ['a', '3'],
          ['a', '4'],
        ],
      ],
    ]);
  });

  it('of a small table are repeated for every row', () => {
    const runs = RowRuns.range(0, 3);
    const via = Uint32Array.of(0, 0, 1);
    const attributes = { rows, via };
    const map = 'Map(LowCardinality(String), String)';
    const first = [
      ['a', '1'],
      ['b', '2'],
    ];
    expect(roundTrip(map, runs, ({ out }) => writeReplicatedMap(out, attributes, runs))).toEqual([
      first,
      first,
      [],
    ]);
    const types = roundTrip('Array(UInt8)', runs, ({ out }) =>
      writeReplicatedTypes(out, attributes, runs),
    );
    expect(types).toEqual([[1, 1], [1, 1], []]);
  });
});

describe('a block', () => {
  it('cannot lack a column, have one twice or one that the table has not', () => {
    const writer = new BlockWriter();
    const runs = RowRuns.range(0, 0);
    writer.begin(tableOf({ a: 'UInt8', b: 'UInt8' }), runs);
    writer.column('a');
    expect(() => writer.column('a')).toThrow(RangeError);
    expect(() => writer.column('c')).toThrow(RangeError);
    expect(() => writer.finish()).toThrow('column b of t is missing');
  });

  it('splits into its first rows and the rest', () => {
    const [head, tail] = runsOf([0, 2], [5, 9]).split(3);
    expect([head.starts, head.ends, head.rows]).toEqual([[0, 5], [2, 6], 3]);
    expect([tail.starts, tail.ends, tail.rows]).toEqual([[6], [9], 3]);
  });
});
