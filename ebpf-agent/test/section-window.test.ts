import { describe, expect, it } from 'vitest';
import { SectionWindow } from '../src/secure/section-window.ts';

const OFFSET = 16;
const SIZE = 1_000_000;

/** A file whose section has at each fourth byte where it is, and how often it was read. */
function counted(): { readonly window: SectionWindow; reads: number; bytesMax: number } {
  const file = Buffer.alloc(OFFSET + SIZE + 64, 0xff);
  for (let at = 0; at < SIZE; at += 4) file.writeUInt32LE(at, OFFSET + at);
  const seen = { reads: 0, bytesMax: 0 };
  const window = new SectionWindow(
    (offset, length, into) => {
      seen.reads++;
      seen.bytesMax = Math.max(seen.bytesMax, length);
      const copied = file.copy(into ?? Buffer.alloc(length), 0, offset, offset + length);
      return (into ?? file).subarray(0, copied);
    },
    { offset: OFFSET, size: SIZE },
  );
  return Object.assign(seen, { window });
}

describe('a window into a section', () => {
  it('has every number of it, in a small part of its memory', () => {
    const seen = counted();
    for (let at = 0; at < SIZE; at += 4) expect(seen.window.u32(at)).toBe(at);
    expect(seen.window.u64(8)).toBe(8 + 12 * 2 ** 32);
    expect(seen.bytesMax).toBeLessThan(SIZE / 10);
    expect(seen.reads).toBeLessThan(20);
  });

  it('has nothing before it, behind it, or across its end', () => {
    const { window } = counted();
    for (const at of [-4, SIZE - 2, SIZE, SIZE + 8, Number.NaN]) {
      expect(window.u32(at)).toBeNaN();
    }
    expect(window.u32(SIZE - 4)).toBe(SIZE - 4);
  });

  it('does not read a table in no order for ever', () => {
    const seen = counted();
    const numbers = Array.from({ length: 10_000 }, (_, i) => seen.window.u32(i % 2 ? 0 : SIZE - 4));
    expect(numbers[0]).toBe(SIZE - 4);
    // Where it stopped it still has one of the two.
    expect(numbers.filter(Number.isNaN).length).toBeGreaterThan(4_900);
    expect(seen.reads).toBeLessThan(100);
  });
});
