import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { MalformedError, MessageCursor } from '../src/index.ts';

const { root } = protobuf.parse(`
  syntax = "proto3";
  message Inner { string name = 1; }
  message Outer {
    string text = 1; bytes raw = 2; bool flag = 3; int32 small = 4; uint32 word = 5;
    int64 long = 6; double real = 7; fixed64 fixed = 8; repeated Inner inner = 9; string last = 16;
  }`);
const Outer = root.lookupType('Outer');

function encode(message: Record<string, unknown>): Uint8Array {
  return Outer.encode(Outer.fromObject(message)).finish();
}

describe('a cursor over a protobuf message', () => {
  it('reads every kind of field as protobufjs wrote it', () => {
    const bytes = encode({
      text: 'käse',
      raw: Uint8Array.of(1, 2, 3),
      flag: true,
      small: -2,
      word: 4_000_000_000,
      long: '-9007199254740993',
      real: 0.25,
      fixed: '18446744073709551615',
      inner: [{ name: 'a' }, { name: 'b' }],
      last: 'end',
    });
    const seen: unknown[] = [];
    const cursor = MessageCursor.open(bytes);
    const inner = (message: MessageCursor): unknown => {
      let name = '';
      while (message.next()) name = message.text();
      return name;
    };
    const readers: Readonly<Record<number, () => unknown>> = {
      1: () => cursor.text(),
      2: () => [...cursor.bytes()],
      3: () => cursor.bool(),
      4: () => cursor.int32(),
      5: () => cursor.uint32(),
      6: () => cursor.int64(),
      7: () => cursor.double(),
      8: () => cursor.fixed64(),
      9: () => inner(cursor.message()),
      16: () => cursor.text(),
    };
    while (cursor.next()) seen.push(readers[cursor.field]?.());
    expect(seen).toEqual([
      'käse',
      [1, 2, 3],
      true,
      -2,
      4_000_000_000,
      -9007199254740993n,
      0.25,
      18446744073709551615n,
      'a',
      'b',
      'end',
    ]);
  });

  it('skips what nobody reads', () => {
    const cursor = MessageCursor.open(encode({ text: 'x', real: 1.5, fixed: 7, last: 'end' }));
    let last = '';
    while (cursor.next()) if (cursor.field === 16) last = cursor.text();
    expect(last).toBe('end');
  });

  it('refuses each cut of a message that ends in the middle of a field', () => {
    const bytes = encode({ text: 'hello', real: 1.5, long: 1n << 40n, inner: [{ name: 'a' }] });
    const ends = new Set<number>();
    for (let end = 0; end <= bytes.length; end += 1) {
      const cursor = MessageCursor.open(bytes.slice(0, end));
      try {
        while (cursor.next());
        ends.add(end);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedError);
      }
    }
    // Before the first field, and behind each of the four.
    expect(ends.size).toBe(5);
  });

  it('refuses a field of another wire type', () => {
    const cursor = MessageCursor.open(encode({ text: 'x' }));
    cursor.next();
    expect(() => cursor.int64()).toThrow('field 1 with wire type 2');
  });
});
