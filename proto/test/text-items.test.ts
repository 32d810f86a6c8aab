import { describe, expect, it } from 'vitest';
import { appendTextItems, ByteRun, encodeNestedValue, nativeText } from '../src/index.ts';

describe('the texts of an encoded array', () => {
  it('are Native Strings end to end, and empty where an item is none', () => {
    const { message } = encodeNestedValue(['one', 'é'.repeat(100), 5n, '', 'last']);
    const out = new ByteRun(0);
    expect(appendTextItems(message, { start: 0, end: message.length }, out)).toBe(5);
    const texts: string[] = [];
    for (let at = 0; at < out.length; ) {
      const text = nativeText(out, at);
      texts.push(text);
      const bytes = Buffer.byteLength(text);
      at += bytes + (bytes > 127 ? 2 : 1);
    }
    expect(texts).toEqual(['one', 'é'.repeat(100), '', '', 'last']);
  });

  it('are none in other values', () => {
    const { message } = encodeNestedValue(new Map([['a', 'b']]));
    expect(appendTextItems(message, { start: 0, end: message.length }, new ByteRun(0))).toBe(0);
  });
});
