import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeNestedValue, readNestedValue, TextListWriter } from '../src/edit/index.ts';

const partsOf = (texts: readonly string[]) => {
  const bytes = Buffer.from(texts.join(' '));
  const end: number[] = [];
  const start = texts.map((text, i) => {
    const from = i === 0 ? 0 : (end[i - 1] ?? 0) + 1;
    end.push(from + Buffer.byteLength(text));
    return from;
  });
  return { bytes, count: texts.length, start, end };
};

describe('an array of texts that stand in bytes', () => {
  it('is the same as one made of strings, of any length', () => {
    const writer = new TextListWriter();
    const text = fc.oneof(
      fc.stringMatching(/^[ -~]{0,40}$/),
      fc.integer({ min: 100, max: 20_000 }).map((length) => 'x'.repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), (texts) => {
        const encoded = writer.encode(partsOf(texts));
        expect(encoded).toEqual(encodeNestedValue([...texts]));
        if (encoded !== undefined) expect(readNestedValue(encoded)).toEqual(texts);
      }),
    );
  });

  it('is left to others where a text may be no UTF-8', () => {
    expect(new TextListWriter().encode(partsOf(['plain', 'é']))).toBeUndefined();
  });
});
