import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedHash } from '../src/columns/keyed-hash.ts';
import {
  ByteRun,
  DICTIONARY_STRING_BYTES_MAX,
  Dictionary,
  dictionaryText,
  Hash64,
  intern,
  internText,
  MalformedError,
  stableHash64,
  UnorderedHash,
} from '../src/index.ts';

function internBytes(dictionary: Dictionary, bytes: Uint8Array): number {
  const padded = new Uint8Array(bytes.length + 16);
  padded.set(bytes);
  return intern(dictionary, padded, new DataView(padded.buffer), 0, bytes.length);
}

describe('interning', () => {
  it('gives equal bytes equal ids, dense from 1, through growth and in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 12 }), { maxLength: 400 }), (texts) => {
        const dictionary = new Dictionary(2, 4);
        const ids = new Map<string, number>([['', 0]]);
        for (const text of texts) {
          const id = internText(dictionary, text);
          const expected = ids.get(text) ?? ids.size;
          ids.set(text, expected);
          expect(id).toBe(expected);
        }
        expect(dictionary.count).toBe(ids.size);
        for (const [text, id] of ids) expect(dictionaryText(dictionary, id)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it('tells strings apart that end alike, start alike or differ by one bit', () => {
    const dictionary = new Dictionary(4, 16);
    const seen = new Set<number>();
    for (let length = 1; length < 40; length++) {
      for (let bit = 0; bit < length * 8; bit++) {
        const bytes = new Uint8Array(length).fill(0x61);
        bytes[bit >> 3] ^= 1 << (bit & 7);
        seen.add(internBytes(dictionary, bytes));
      }
      seen.add(internBytes(dictionary, new Uint8Array(length).fill(0x61)));
    }
    expect(seen.size).toBe(dictionary.count - 1);
    expect(seen.size).toBe(((39 * 40) / 2) * 8 + 39);
  });

  it('keeps a Native String sequence', () => {
    const dictionary = new Dictionary(4, 4);
    internText(dictionary, 'ab');
    internText(dictionary, 'x'.repeat(200));
    const run = Buffer.from(dictionary.run.used());
    expect(run.toString('latin1')).toBe(`\0\x02ab\xc8\x01${'x'.repeat(200)}`);
  });

  it('refuses strings over its limit and takes those at it', () => {
    const dictionary = new Dictionary(4, 4);
    const longest = new Uint8Array(DICTIONARY_STRING_BYTES_MAX).fill(1);
    expect(internBytes(dictionary, longest)).toBe(1);
    expect(internBytes(dictionary, longest)).toBe(1);
    const longer = new Uint8Array(DICTIONARY_STRING_BYTES_MAX + 1);
    expect(() => internBytes(dictionary, longer)).toThrow(MalformedError);
    expect(dictionary.count).toBe(2);
  });

  it('forgets on rollback what came after the mark, also through growth', () => {
    const dictionary = new Dictionary(4, 4);
    for (let i = 0; i < 100; i++) internText(dictionary, `kept-${i}`);
    dictionary.mark();
    for (let i = 0; i < 1000; i++) internText(dictionary, `gone-${i}`);
    dictionary.rollback();
    expect(dictionary.count).toBe(101);
    for (let i = 0; i < 100; i++) expect(internText(dictionary, `kept-${i}`)).toBe(i + 1);
    expect(internText(dictionary, 'gone-7')).toBe(101);
    expect(dictionary.slots.filter((id) => id !== 0)).toHaveLength(101);
  });

  it('hashes with a key that nobody outside knows', () => {
    // Without a key, or with a weak mix, words that differ in chosen bits meet in one slot.
    const hashes = new Set<number>();
    for (let i = 0; i < 4096; i++) {
      const view = new DataView(new ArrayBuffer(112));
      for (let pair = 0; pair < 12; pair++) {
        if ((i >> pair) & 1) {
          view.setUint32(pair * 8, 0x80000000, true);
          view.setUint32(pair * 8 + 4, 0x80010000, true);
        }
      }
      hashes.add(keyedHash(view, 0, 96));
    }
    expect(hashes.size).toBeGreaterThan(4090);
  });
});

describe('stableHash64', () => {
  const hash = (text: string): string => {
    const bytes = Buffer.from(text);
    const out = new Hash64();
    stableHash64(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length, out);
    return [out.low, out.high].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join(' ');
  };

  it('is MurmurHash3 x86 128 with seed 0, its first two words', () => {
    expect(hash('')).toBe('00000000 00000000');
    expect(hash('The quick brown fox jumps over the lazy dog')).toBe('2f1583c3 ecee2c67');
  });

  it('never changes', () => {
    const texts = [
      'a',
      'ab',
      'abc',
      'abcd',
      'abcde',
      'abcdefgh',
      'abcdefghi',
      'abcdefghijklm',
      'käse',
    ];
    expect(texts.map(hash)).toMatchInlineSnapshot(`
      [
        "a794933c 5556b01b",
        "158451df 25be3010",
        "75cdc6d1 a2b006a5",
        "96b6ccaa 45afc62e",
        "c5402efb 5d24c5bc",
        "aef41136 adb11487",
        "ad058c1c 2206596f",
        "c13aa215 dbaea1ec",
        "fac10259 25140196",
      ]
    `);
  });

  it('depends on every byte', () => {
    const text = 'x'.repeat(67);
    const seen = new Set<string>();
    for (let i = 0; i < text.length; i++)
      seen.add(hash(`${text.slice(0, i)}y${text.slice(i + 1)}`));
    expect(seen.size).toBe(text.length);
  });
});

describe('UnorderedHash', () => {
  const member = (low: number, high: number): Hash64 => Object.assign(new Hash64(), { low, high });
  const combined = (...members: Hash64[]): string => {
    const set = new UnorderedHash();
    const out = new Hash64();
    set.start();
    for (const one of members) set.add(one);
    set.into(out);
    return `${out.low} ${out.high}`;
  };

  it('does not depend on the order, but on how often', () => {
    const [a, b, c] = [member(-1, 5), member(-7, -9), member(3, 1 << 30)];
    expect(combined(a, b, c)).toBe(combined(c, a, b));
    expect(combined(a, a)).not.toBe(combined());
    expect(combined(a, a, b)).not.toBe(combined(a, b, b));
    expect(combined(a)).not.toBe(combined(a, a));
  });

  it('carries from the low word into the high one', () => {
    expect(combined(member(-1, 0), member(1, 0))).not.toBe(combined(member(0, 0), member(0, 0)));
    expect(combined(member(-1, 0), member(1, 0))).toBe(combined(member(0, 1), member(0, 0)));
  });
});

describe('ByteRun', () => {
  it('keeps its bytes when it grows', () => {
    const run = new ByteRun(2);
    for (let i = 0; i < 5000; i++) {
      run.reserve(1);
      run.bytes[run.length++] = i & 255;
    }
    expect(run.used().every((byte, i) => byte === (i & 255))).toBe(true);
    expect(run.view.getUint8(4999)).toBe(4999 & 255);
  });
});
