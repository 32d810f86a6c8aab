import { MalformedError } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { JsonFields, MalformedFormatError, parseJson, readingFormat } from '../src/index.ts';

const fields = (value: unknown): JsonFields => JsonFields.of('X JSON', 'span 1', value);

describe('members of a JSON object', () => {
  it('are what the format wants, or absent', () => {
    const object = fields({
      a: 'x',
      b: null,
      c: 12,
      d: '9007199254740993',
      e: true,
      f: [{ g: 1 }],
    });
    expect(object.text('a')).toBe('x');
    expect(object.text('b')).toBeUndefined();
    expect(object.text('toString')).toBeUndefined();
    expect(object.integer('c')).toBe(12n);
    expect(object.integer('d')).toBe(9007199254740993n);
    expect(object.bool('e')).toBe(true);
    expect(object.list('f').map((each) => each.integer('g'))).toEqual([1n]);
    expect(object.list('z')).toEqual([]);
  });

  it('are refused with their names where they are something else', () => {
    const object = fields({ a: 1, b: 'x', c: 1.5, d: {}, e: [1], f: { g: 2 } });
    expect(() => object.text('a')).toThrow('malformed X JSON: span 1: a is no text');
    expect(() => object.bool('b')).toThrow('b is no boolean');
    expect(() => object.integer('c')).toThrow('c is no integer');
    expect(() => object.list('d')).toThrow('d is no list');
    expect(() => object.list('e')).toThrow('span 1.e[0] is no object');
    expect(() => object.texts('f')).toThrow('span 1.f: g is no text');
    expect(() => fields([])).toThrow('span 1 is no object');
  });
});

describe('a body', () => {
  it('that is no JSON, or no UTF-8, is malformed', () => {
    expect(() => parseJson('X', Buffer.from('{'))).toThrow(MalformedFormatError);
    expect(() => parseJson('X', Uint8Array.of(0x22, 0xff, 0x22))).toThrow('it is not UTF-8');
  });

  it('of another format is not called OTLP', () => {
    const read = (): never => {
      throw new MalformedError(7, 'cut');
    };
    expect(() => readingFormat('X protobuf', read)).toThrow('malformed X protobuf at byte 7: cut');
  });
});
