import { describe, expect, it } from 'vitest';
import { shareRepeated } from '../src/config/share-repeated.ts';

const DESCRIPTION = 'as long as a section of many keys is: '.repeat(6);
const tls = { type: 'object', description: DESCRIPTION } as const;
const section = (name: string) =>
  ({ type: 'object', properties: { tls, name: { const: name } } }) as const;

describe('a schema that says a thing more than once', () => {
  it('says it under $defs, by the key that it stands for', () => {
    const shared = shareRepeated({
      $defs: { nothing: { type: 'null' } },
      properties: { a: section('a'), b: section('b') },
    });
    expect(shared.$defs).toEqual({ nothing: { type: 'null' }, tls });
    expect(shared.properties).toMatchObject({
      a: { properties: { tls: { $ref: '#/$defs/tls' }, name: { const: 'a' } } },
      b: { properties: { tls: { $ref: '#/$defs/tls' } } },
    });
  });

  it('keeps apart what differs under one key, and leaves what stands once or is short', () => {
    const other = { ...tls, title: 'other' };
    const shared = shareRepeated({
      properties: {
        a: { properties: { tls } },
        b: { properties: { tls: other } },
        c: { items: { anyOf: [tls, { type: 'null' }, { type: 'null' }] } },
        d: { additionalProperties: { properties: { tls: other, more: { type: 'null' } } } },
        e: { properties: { tls: { ...tls, title: 'once' } } },
      },
    });
    expect(Object.keys(shared.$defs ?? {})).toEqual(['tls', 'tls_2']);
    expect(shared.properties).toMatchObject({
      b: { properties: { tls: { $ref: '#/$defs/tls_2' } } },
      c: { items: { anyOf: [{ $ref: '#/$defs/tls' }, { type: 'null' }, { type: 'null' }] } },
      d: { additionalProperties: { properties: { tls: { $ref: '#/$defs/tls_2' } } } },
      e: { properties: { tls: { title: 'once' } } },
    });
  });
});
