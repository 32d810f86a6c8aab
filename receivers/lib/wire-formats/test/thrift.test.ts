import { describe, expect, it } from 'vitest';
import {
  BinaryWire,
  binaryCall,
  CompactWire,
  compactCall,
  ElementBudget,
  MalformedFormatError,
  THRIFT_DEPTH_MAX,
  ThriftReader,
  type ThriftWire,
} from '../src/index.ts';
import {
  binary,
  bool,
  double,
  encodeCall,
  encodeThrift,
  i16,
  i32,
  i64,
  list,
  struct,
  type ThriftProtocol,
  type ThriftValue,
} from './thrift-writer.ts';

const PROTOCOLS: readonly ThriftProtocol[] = ['binary', 'compact'];

function open(protocol: ThriftProtocol, bytes: Uint8Array): ThriftReader {
  const wire: ThriftWire = protocol === 'binary' ? new BinaryWire(bytes) : new CompactWire(bytes);
  return new ThriftReader(wire, new ElementBudget('thrift'));
}

const EVERYTHING: ThriftValue = struct(
  [1, bool(true)],
  [2, bool(false)],
  [3, i16(-300)],
  [4, i32(-2_000_000_000)],
  [5, i64(-(2n ** 63n))],
  [6, double(-0.125)],
  [7, binary('käse')],
  [8, list('i64', i64(1n), i64(2n ** 62n))],
  [9, struct([1, binary('inner')], [20, i32(5)])],
  [40, list('struct', ...Array.from({ length: 20 }, (_, n) => struct([1, i32(n)])))],
  [41, { type: 'map', entries: [[binary('k'), i32(1)]] }],
  [42, list('bool', bool(true), bool(false))],
  [43, { type: 'byte', value: -1 }],
  [44, binary(Uint8Array.of(0, 255))],
);

function readEverything(reader: ThriftReader): readonly unknown[] {
  const seen: unknown[] = [];
  const longs: bigint[] = [];
  const numbers: number[] = [];
  const readers: Readonly<Record<number, () => unknown>> = {
    1: () => reader.bool(),
    2: () => reader.bool(),
    3: () => reader.i16(),
    4: () => reader.i32(),
    5: () => reader.i64(),
    6: () => reader.double(),
    7: () => reader.text(),
    8: () => reader.innerList(() => longs.push(reader.i64())),
    9: () => reader.innerStruct((id) => id === 1 && seen.push(reader.text())),
    40: () => reader.innerList(() => reader.innerStruct(() => numbers.push(reader.i32()))),
    44: () => [...reader.bytes()],
  };
  reader.struct((id) => {
    const value = readers[id]?.();
    if (value !== undefined) seen.push(value);
  });
  return [...seen, longs, numbers];
}

describe.each(PROTOCOLS)('thrift in the %s protocol', (protocol) => {
  it('is read value for value; what nobody reads is skipped', () => {
    const reader = open(protocol, encodeThrift(protocol, EVERYTHING));
    expect(readEverything(reader)).toEqual([
      true,
      false,
      -300,
      -2_000_000_000,
      -(2n ** 63n),
      -0.125,
      'käse',
      'inner',
      [0, 255],
      [1n, 2n ** 62n],
      Array.from({ length: 20 }, (_, n) => n),
    ]);
  });

  it('is refused at every cut, and never fails otherwise on changed bytes', () => {
    const bytes = encodeThrift(protocol, EVERYTHING);
    for (let end = 0; end < bytes.length; end += 1) {
      expect(() => readEverything(open(protocol, bytes.subarray(0, end)))).toThrow(
        MalformedFormatError,
      );
    }
    for (let at = 0; at < bytes.length; at += 1) {
      for (const flip of [1, 16, 128, 255]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        try {
          readEverything(open(protocol, changed));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedFormatError);
        }
      }
    }
  });

  it('is refused where a value is of another type', () => {
    const bytes = encodeThrift(protocol, struct([1, i32(1)]));
    const reader = open(protocol, bytes);
    expect(() => reader.struct(() => reader.text())).toThrow('type 8 where 11 belongs');
  });

  it('is refused when it nests too deeply', () => {
    let nested = struct();
    for (let depth = 0; depth < THRIFT_DEPTH_MAX; depth += 1) nested = struct([1, nested]);
    const reader = open(protocol, encodeThrift(protocol, nested));
    expect(() => reader.struct(() => undefined)).toThrow('nested too deeply');
  });

  it('is refused when a list says more elements than there are bytes', () => {
    const huge =
      protocol === 'binary' ? [15, 0, 1, 12, 127, 255, 255, 255] : [0x19, 0xfc, 255, 255, 255, 127];
    const reader = open(protocol, Uint8Array.from(huge));
    expect(() => reader.struct(() => undefined)).toThrow(/a list of \d+ elements/);
  });

  it('is refused when it has more elements than one message may have', () => {
    const empty = list('struct', ...Array.from({ length: 1000 }, () => struct()));
    const many = list('list', ...Array.from({ length: 600 }, () => empty));
    const reader = open(protocol, encodeThrift(protocol, many));
    expect(() => reader.list(() => undefined)).toThrow('more than 500000 elements');
  });
});

describe('a call in thrift', () => {
  it.each(['compact', 'binary', 'old'] as const)('has its method in front: %s', (protocol) => {
    const bytes = encodeCall(protocol, 'emitBatch', [1, i32(7)]);
    const { method, wire } = protocol === 'compact' ? compactCall(bytes) : binaryCall(bytes);
    expect(method).toBe('emitBatch');
    const reader = new ThriftReader(wire, new ElementBudget('thrift'));
    let value = 0;
    reader.struct(() => {
      value = reader.i32();
    });
    expect(value).toBe(7);
  });

  it('is refused when it is an answer, of another version, or nothing of the kind', () => {
    const answer = encodeCall('binary', 'emitBatch');
    answer[3] = 2;
    expect(() => binaryCall(answer)).toThrow('not a call');
    const other = encodeCall('binary', 'emitBatch');
    other[1] = 2;
    expect(() => binaryCall(other)).toThrow('a version that is not 1');
    expect(() => compactCall(encodeCall('binary', 'x'))).toThrow('not the compact protocol');
    expect(() => binaryCall(Uint8Array.of(127, 255, 255, 255, 1))).toThrow('past the end');
    expect(() => binaryCall(new Uint8Array())).toThrow(MalformedFormatError);
  });
});
